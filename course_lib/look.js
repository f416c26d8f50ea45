// Runs each time that a part of a page comes into its document.
//
// JupyterLab itself marks the widgets of a kernel that restarts, but not those of one
// that was shut down or replaced: they would take what is typed and lose it. So the parts
// of each notebook remember for which of its kernels they were made. Cells out of sight
// leave the document, so a part looks again when it comes back.
((part) => {
  const ASLEEP = 'jupyter-widgets-disconnected';
  const GONE = ['terminating', 'starting', 'dead', 'disconnected'];
  const ended = (window.courseKernelsEnded ??= new WeakMap()); // by notebook: how many
  const look = (part) => {
    const notebook = part.closest('.jp-NotebookPanel');
    if (!notebook) return;
    const now = ended.get(notebook) ?? 0;
    part.courseKernel ??= now;
    if (part.courseKernel < now) part.classList.add(ASLEEP);
  };
  const refuse = (event) => { // to select and copy stays possible
    if (!event.target.closest?.(`.course-part.${ASLEEP}`)) return;
    if (event.type === 'beforeinput') event.preventDefault();
    if ('readOnly' in event.target) event.target.readOnly = true;
  };
  // A group of radio buttons is none to ipywidgets, which gives them no common name, and
  // JupyterLab takes the arrow keys; so neither would move the selection.
  let groups = 0;
  const group = ({target}) => {
    const box = target.closest?.('.course-choice .widget-radio-box');
    if (!box || box.role === 'radiogroup') return;
    box.role = 'radiogroup';
    box.ariaLabel = box.parentElement.querySelector('label').textContent;
    groups += 1;
    for (const radio of box.querySelectorAll('input')) radio.name = `choice-${groups}`;
  };
  const arrow = (event) => {
    if (!event.key.startsWith('Arrow')) return;
    if (event.target.closest?.('.course-choice, .course-control > select')) {
      event.stopPropagation();
    }
  };
  const root = document.documentElement;
  if (!root.classList.contains('course-guarded')) {
    root.classList.add('course-guarded');
    for (const type of ['focusin', 'beforeinput']) {
      document.addEventListener(type, refuse, true);
    }
    document.addEventListener('focusin', group, true);
    window.addEventListener('keydown', arrow, true); // before JupyterLab's on the document
    new MutationObserver((changes) => {
      for (const {target} of changes) {
        const notebook = target.closest('.jp-NotebookPanel');
        if (!notebook || !GONE.includes(target.dataset.status)) continue;
        ended.set(notebook, (ended.get(notebook) ?? 0) + 1);
        notebook.querySelectorAll('.course-part').forEach(look);
      }
    }).observe(document.body, {
      subtree: true, attributes: true, attributeFilter: ['data-status'],
    });
  }
  if (part) look(part);
})(this.closest('.course-part'));
