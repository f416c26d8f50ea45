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

  // Lays out a room that comes near the window, which site.css leaves for later. What
  // scrolls in it takes the focus: the keyboard scrolls it.
  const SCROLLS = "pre, .cell_output > .output, .pst-scrollable-table-container";
  const near = new Set();
  const measure = (section) => {
    near.add(section);
    section.style.contentVisibility = "visible";
    const boxes = [...section.querySelectorAll(SCROLLS)].map((box) => (
      [box, box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight]));
    for (const [box, wide] of boxes) {
      if (wide) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  const watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      setTimeout(measure, 0, target); // the page answers its reader in between
    }
    setTimeout(() => { document.documentElement.dataset.measured = ""; });
  }, { rootMargin: "100% 0px" });
  const rooms = document.querySelectorAll(".bd-article > section > *");
  if (!rooms.length) document.documentElement.dataset.measured = "";
  for (const room of rooms) watch.observe(room);
  let waiting = 0;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => near.forEach(measure), 300);
  });
})();
