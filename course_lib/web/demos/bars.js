// Stacked bars with hatched parts, and their legend.

import { drawing, s } from "../dom.js";
import { legend } from "./chart.js";

const BARS_WIDTH = 360;
const BARS_ROW = 46;
// lines over a square of 8 × 8, so that parts differ by more than their color
const BARS_LINES = {
  "": "", "/": "M-2 2l4-4M0 8l8-8M6 10l4-4", ".": "M2 2h.1M6 6h.1", x: "M0 0l8 8M0 8l8-8",
};
let barsMade = 0;

/**
 * Return `{fill(name), defs, keys(names)}` for parts that look different.
 * `looks` maps a name to `[color, lines]`, one of the keys of `BARS_LINES`; the page must
 * hold `defs` once.
 */
export function hatched(looks) {
  barsMade += 1;
  const id = (name) => `course-look-${barsMade}-${Object.keys(looks).indexOf(name)}`;
  const fill = (name) => `url(#${id(name)})`;
  const size = { width: 8, height: 8 };
  const defs = s("svg", { class: "course-defs", "aria-hidden": "true" },
    Object.entries(looks).map(([name, [color, lines]]) => s(
      "pattern", { id: id(name), ...size, patternUnits: "userSpaceOnUse" },
      s("rect", { ...size, fill: color }),
      s("path", {
        d: BARS_LINES[lines], stroke: "var(--field)", "stroke-width": 1.6,
        "stroke-linecap": "round",
      }),
    )));
  const key = (name) => [
    s("rect", { width: 14, height: 14, fill: fill(name), stroke: "var(--line)" }), name,
  ];
  return { fill, defs, keys: (names) => legend(...names.map(key)) };
}

/**
 * Return a drawing of stacked bars. A row is `[label, [[part, size], …], total in words]`;
 * bars longer than `reach` are cut off. A dashed line crosses every bar at `mark`.
 */
export function stackedBars(rows, look, reach, alt, mark = null) {
  const x = (size) => Math.min(size / reach, 1) * BARS_WIDTH;
  return drawing(BARS_WIDTH, BARS_ROW * rows.length, alt, rows.map(([label, parts, total], row) => {
    let end = 0;
    return s("g", { transform: `translate(0 ${BARS_ROW * row})` },
      s("text", { y: 15 }, label),
      s("text", { x: BARS_WIDTH, y: 15, "text-anchor": "end" }, total),
      parts.map(([name, size]) => {
        const start = x(end);
        end += size;
        return s("rect", {
          x: start, y: 21, width: x(end) - start, height: 18, fill: look.fill(name),
        });
      }),
      s("path", { d: `M0 21H${x(end)}V39H0z`, fill: "none", stroke: "var(--line)" }),
      mark === null ? null : s("path", {
        d: `M${x(mark)} 19v22`, stroke: "var(--ink)", "stroke-width": 2, "stroke-dasharray": "4 2",
      }));
  }));
}

/**
 * Return one of several drawings side by side: a square between lines of text, filled by
 * `draw([left, top, side])`.
 */
export function tile(above, below, draw) {
  const box = [4, 18 * above.length + 4, 160];
  const line = (words, at) => s("text", { x: 4, y: at }, words);
  return drawing(168, box[1] + 168 + 18 * below.length, [...above, ...below].join(", "),
    above.map((words, i) => line(words, 15 + 18 * i)), draw(box),
    below.map((words, i) => line(words, box[1] + 177 + 18 * i)));
}
