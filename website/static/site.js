// What the theme lacks. Screen readers hear which of the three color modes is on, which
// the theme marks by a class.
(() => {
  const buttons = [...document.querySelectorAll(".theme-change-button")];
  const show = () => {
    const mode = document.documentElement.dataset.mode || "auto";
    for (const one of buttons) one.setAttribute("aria-pressed", one.dataset.mode === mode);
  };
  show();
  const { dataset } = document.documentElement;
  let theme = "";
  addEventListener("beforeprint", () => { // paper is white
    theme = dataset.theme;
    dataset.theme = "light";
  });
  addEventListener("afterprint", () => { dataset.theme = theme; });
  new MutationObserver(show).observe(document.documentElement, {
    attributeFilter: ["data-mode"],
  });

  // Lays out the rooms that site.css leaves for later, one at a time, so that the page
  // answers its reader in between. What scrolls takes the focus: the keyboard scrolls it.
  const SCROLLS = "pre, .cell_output > .output, .pst-scrollable-table-container";
  const measure = async () => {
    for (const section of document.querySelectorAll(".bd-article > section > *")) {
      await new Promise((done) => setTimeout(done));
      section.style.contentVisibility = "visible";
      const boxes = [...section.querySelectorAll(SCROLLS)].map((box) => (
        [box, box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight]));
      for (const [box, wide] of boxes) {
        if (wide) box.tabIndex = 0;
        else box.removeAttribute("tabindex");
      }
    }
    document.documentElement.dataset.measured = "";
  };
  let waiting = 0;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(measure, 300);
  });
  measure();
})();
