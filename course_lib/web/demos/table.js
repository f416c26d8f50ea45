// A table that scrolls sideways where a page is narrow.

import { h } from "../dom.js";

/** Return a table in a region with a name; the first cell of a row is its head. */
export function table(name, head, rows, look = "") {
  const row = ([first, ...cells]) => h("tr", {}, h("th", { scope: "row" }, first),
    cells.map((cell) => h("td", {}, cell)));
  return h("div", { class: "course-table", tabindex: 0, role: "region", "aria-label": name },
    h("table", { class: look },
      h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, rows.map(row))));
}
