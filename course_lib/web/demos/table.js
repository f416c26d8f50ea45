// A table of figures that scrolls sideways where a page is narrow.

import { h } from "../dom.js";

/** Return a table in a region with a name; the first cell of a row is its head. */
export function table(label, head, rows) {
  return h(
    "div", { class: "course-table", tabindex: 0, role: "region", "aria-label": label },
    h("table", {},
      h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.map(([name, ...cells]) => h("tr", {},
        h("th", { scope: "row" }, name), cells.map((cell) => h("td", {}, cell)))))),
  );
}
