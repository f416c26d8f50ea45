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
  const root = document.documentElement;
  if (!root.classList.contains('course-guarded')) {
    root.classList.add('course-guarded');
    for (const type of ['focusin', 'beforeinput']) {
      document.addEventListener(type, refuse, true);
    }
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
