// What the drawings of several demos consist of. Colors are those of web.css.

import { h, s } from "../dom.js";

/** Return an SVG as wide as its place and `height` pixels high; x is in percent. */
export function chart(height, ...children) {
  return s("svg", { class: "course-chart", width: "100%", height }, ...children);
}

/** Return drawings side by side, or below each other where there is no room. */
export function panels(...drawings) {
  return h("div", { class: "course-panels", role: "img" }, ...drawings);
}

/** Return a drawing that is one of `panels`, on a field of 240 × `height`. */
export function panel(height, ...children) {
  return s("svg", { class: "course-panel", viewBox: `0 0 240 ${height}` }, ...children);
}

/** Return a line of keys, `[[mark, text], …]`; a mark is drawn on a field of 20 × 14. */
export function legend(...keys) {
  const key = ([mark, text]) => h("span", {}, s("svg", { width: 20, height: 14 }, mark), text);
  return h("p", { class: "course-legend" }, keys.map(key));
}

export function text(x, y, words, attributes = {}) {
  return s("text", { x, y, ...attributes }, words);
}

/**
 * Return horizontal bars, each below its label. A row is `{label, value, fill, frame,
 * bold}`; its bar is hollow without a `fill`, and `frame` is a value drawn around it.
 * `reach` is the value at the right end.
 */
export function bars(top, rows, reach) {
  const wide = (value) => `${reach > 0 && reach < Infinity ? (98 * value) / reach : 0}%`;
  return rows.flatMap(({ label, value, fill, frame, bold }, i) => {
    const y = top + 40 * i;
    return [
      text(0, y + 13, label, { "font-weight": bold ? 700 : 400 }),
      s("rect", {
        x: 1, y: y + 20, width: wide(value), height: 13,
        fill: fill ?? "none", stroke: fill ?? "var(--line)",
      }),
      frame === undefined ? null : s("rect", {
        x: 1, y: y + 18, width: wide(frame), height: 17, fill: "none",
        stroke: "currentColor", "stroke-width": 1.5,
      }),
    ];
  }).filter(Boolean);
}
