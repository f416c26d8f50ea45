// Stacked bars with hatched parts, and their legend.

import { drawing, s } from "../dom.js";
import { asGrouped } from "../format.js";
import { legend } from "./chart.js";

const BARS_WIDTH = 360;
const BARS_ROW = 46;
// lines over a square of 8 × 8, so that parts differ by more than their color
const BARS_LINES = {
  "": "",
  "/": "M-2 2l4-4M0 8l8-8M6 10l4-4",
  "\\": "M-2 6l4 4M0 0l8 8M6-2l4 4",
  ".": "M2 2h.1M6 6h.1",
  x: "M0 0l8 8M0 8l8-8",
};
let barsMade = 0;

/**
 * Return `{fill(name), defs, keys(names)}` for parts that look different.
 * `looks` maps a name to `[color, lines]`, one of the keys of `BARS_LINES`; the page must
 * hold `defs` once.
 */
export function hatched(looks) {
  barsMade += 1;
  const first = `course-look-${barsMade}`;
  const names = Object.keys(looks);
  const fill = (name) => `url(#${first}-${names.indexOf(name)})`;
  const defs = s("svg", { class: "course-defs", "aria-hidden": "true" }, names.map((name, i) => s(
    "pattern", { id: `${first}-${i}`, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
    s("rect", { width: 8, height: 8, fill: looks[name][0] }),
    s("path", {
      d: BARS_LINES[looks[name][1]], stroke: "var(--field)", "stroke-width": 1.6, fill: "none",
      "stroke-linecap": "round",
    }),
  )));
  const key = (name) => [
    s("rect", { width: 14, height: 14, fill: fill(name), stroke: "var(--line)" }), name,
  ];
  return { fill, defs, keys: (shown) => legend(...shown.map(key)) };
}

/**
 * Return a drawing of stacked bars. A row is `{label, parts: [[name, size], …], end}`,
 * `end` its total in words. The axis ends at `reach`, in `unit`; longer bars are cut off.
 * `mark` is a size at which a dashed line crosses every bar.
 */
export function stackedBars(rows, look, { alt, unit, reach, mark = null }) {
  const x = (size) => Math.min(size / reach, 1) * BARS_WIDTH;
  const bottom = BARS_ROW * rows.length + 4;
  const bars = rows.flatMap(({ label, parts, end }, row) => {
    const top = BARS_ROW * row;
    let from = 0;
    return [
      s("text", { x: 0, y: top + 15 }, label),
      s("text", { x: BARS_WIDTH, y: top + 15, "text-anchor": "end" }, end),
      ...parts.map(([name, size]) => {
        const left = x(from);
        from += size;
        return s("rect", {
          x: left, y: top + 21, width: x(from) - left, height: 18, fill: look.fill(name),
        });
      }),
      s("rect", {
        x: 0.5, y: top + 21.5, width: Math.max(x(from) - 1, 0), height: 17, fill: "none",
        stroke: "var(--line)",
      }),
    ];
  });
  const line = mark === null ? [] : s("path", {
    d: rows.map((_, row) => `M${x(mark)} ${BARS_ROW * row + 19}v22`).join(""),
    stroke: "var(--ink)", "stroke-width": 2, "stroke-dasharray": "4 2",
  });
  const ticks = barsTicks(reach).flatMap((size) => [
    s("path", { d: `M${x(size)} ${bottom}v5`, stroke: "var(--line)" }),
    s("text", {
      x: x(size), y: bottom + 18,
      "text-anchor": !size ? "start" : x(size) > 0.9 * BARS_WIDTH ? "end" : "middle",
    }, asGrouped(size)),
  ]);
  return drawing(
    BARS_WIDTH, bottom + 38, alt, bars, line,
    s("path", { d: `M0 ${bottom}H${BARS_WIDTH}`, stroke: "var(--line)" }), ticks,
    s("text", { x: BARS_WIDTH, y: bottom + 34, "text-anchor": "end" }, unit),
  );
}

/** Return round numbers from 0 to the end of an axis. */
function barsTicks(reach) {
  const rough = reach / 5;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((each) => each * ten >= rough) * ten;
  return Array.from({ length: Math.floor(reach / step) + 1 }, (_, i) => i * step);
}
