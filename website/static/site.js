// Tells screen readers which of the three color modes is on; the theme marks it by a class.
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
})();
