// What the drawings of several demos consist of. Colors are those of web.css.

import { h, s } from "../dom.js";

export const KEPT = "var(--kept)";
export const GONE = "var(--gone)";
export const LINE = "var(--line)";
export const MIDDLE = { "text-anchor": "middle" };
export const END = { "text-anchor": "end" };
const UNSEEN = { "aria-hidden": "true" }; // a part of something that is told in words

/** Return an SVG as wide as its place and `height` pixels high; x is in percent. */
export function chart(height, attributes, ...children) {
  return s("svg", { class: "course-chart", width: "100%", height, ...attributes }, ...children);
}

/** Return a place for drawings side by side, or below each other where there is no room. */
export function panels() {
  return h("div", { class: "course-panels", role: "img" });
}

/** Return a drawing that is one of `panels`, on a field of 240 × `height`. */
export function panel(height, ...children) {
  const size = { viewBox: `0 0 240 ${height}` };
  return s("svg", { class: "course-panel", ...size, ...UNSEEN }, ...children);
}

/**
 * Return the axes of a panel: `[left, top, right, bottom]` of its field, the numbers
 * `across` and `up`, `[[place, text], …]`, and what is measured across.
 */
export function axes([left, top, right, bottom], across, up, label) {
  return [
    s("path", { d: `M${left} ${top}V${bottom}H${right}`, fill: "none", stroke: LINE }),
    ...across.map(([x, words]) => text(x, bottom + 15, words, MIDDLE)),
    ...up.map(([y, words]) => text(left - 4, y + 4, words, END)),
    text((left + right) / 2, bottom + 32, label, MIDDLE),
  ];
}

/** Return a line of keys, `[[mark, text], …]`; a mark is drawn on a field of 20 × 14. */
export function legend(...keys) {
  const size = { width: 20, height: 14, ...UNSEEN };
  const key = ([mark, words]) => h("span", {}, s("svg", size, mark), words);
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
export function bars(top, rows, reach = 1) {
  const wide = (value) => `${reach > 0 && reach < Infinity ? (98 * value) / reach : 0}%`;
  return rows.flatMap(({ label, value, fill, frame, bold }, i) => {
    const y = top + 40 * i;
    return [
      text(0, y + 13, label, { "font-weight": bold ? 700 : 400 }),
      s("rect", {
        x: 1, y: y + 20, width: wide(value), height: 13,
        fill: fill ?? "none", stroke: fill ?? LINE,
      }),
      frame === undefined ? null : s("rect", {
        x: 1, y: y + 18, width: wide(frame), height: 17, fill: "none",
        stroke: "currentColor", "stroke-width": 1.5,
      }),
    ];
  }).filter(Boolean);
}

/** Return bars as one of `panels`, up to 1. */
export function shares(rows) {
  return chart(40 * rows.length + 4, UNSEEN, ...bars(0, rows));
}

/** Return what bars show, for readers who do not see them. */
export function inWords(rows) {
  return rows.map(({ label }) => label).join("; ");
}
