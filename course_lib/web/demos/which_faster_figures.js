// Drawings of the demo of six patterns: what each means, and what remains of a layer.

import { count, drawing, h, s } from "../dom.js";
import { asGrouped } from "../format.js";
import { fasterOutcome } from "./which_faster_words.js";

export const FASTER_CELLS = 32; // rows and columns of a close-up, and of the blocks

/** Draw what each pattern does to a small matrix. */
export function fasterMeanings(data, look) {
  const panels = data.meanings.map(([name, words, bits]) => {
    const cut = data.cut.includes(name);
    return drawing(130, 176, `${name}: ${words.join(" ")}`,
      s("text", { x: 65, y: 14, "text-anchor": "middle", "font-weight": "bold" }, name),
      fasterMask(fasterBits(bits), 8, { x: 10, y: 22, side: 110 }, cut, look),
      words.map((text, i) => s("text", { x: 65, y: 150 + 16 * i, "text-anchor": "middle" }, text)));
  });
  return h("div", {}, h("div", { class: "course-tiles course-small" }, panels),
    look.defs, look.keys(["kept", "zero, in its place", "cut out"]));
}

/** Draw the layer's mask, a close-up, and the shapes that a dense product multiplies. */
export function fasterLayer(data, state, look) {
  const out = fasterOutcome(data, state);
  const cut = data.cut.includes(state.pattern);
  const { side } = data;
  const box = { x: 4, y: 24, side: 160 };
  const panel = (title, words, children) => drawing(168, 204, `${title}, ${words}`,
    s("text", { x: 84, y: 15, "text-anchor": "middle" }, title), children,
    s("text", { x: 84, y: 200, "text-anchor": "middle" }, words));
  const share = out.rows / side;
  return h("div", {}, h("div", { class: "course-tiles" },
    panel(`${state.pattern}: ${asGrouped(out.kept)}`, `left of ${side} × ${side}`,
      fasterOverview(out, box, cut, look)),
    panel(`${FASTER_CELLS} × ${FASTER_CELLS} of them, close up`,
      `from row ${out.from[0]}, column ${out.from[1]}`,
      fasterMask(fasterBits(out.closeUp), FASTER_CELLS, box, cut, look)),
    panel("dense: this layer", `${out.rows} × ${side}`, fasterShape(box, 1, share, look)),
    panel("dense: the next layer", `${out.rows} columns`, fasterShape(box, share, 1, look))),
  count("On the right, what a dense product multiplies (dashed: before)."));
}

/** Draw a mask of square cells; with `cut`, rows that keep nothing are cut out. */
function fasterMask(bits, cells, { x, y, side }, cut, look) {
  const each = side / cells;
  let [stays, gone] = ["", ""];
  for (let row = 0; row < cells; row += 1) {
    const kept = bits.slice(row * cells, (row + 1) * cells);
    if (cut && !kept.some(Boolean)) gone += `M0 ${row}h${cells}v1h-${cells}z`;
    kept.forEach((one, column) => { if (one) stays += `M${column} ${row}h1v1h-1z`; });
  }
  const lines = Array.from({ length: cells - 1 }, (_, i) => (
    `M${i + 1} 0v${cells}M0 ${i + 1}h${cells}`)).join("");
  return fasterFrame(x, y, side, look, s("g", { transform: `translate(${x} ${y}) scale(${each})` },
    s("path", { d: stays, fill: "var(--kept)" }),
    s("path", { d: lines, stroke: "var(--line)", "stroke-width": 0.4 / each, fill: "none" })),
  fasterCut(gone, x, y, each, look));
}

/** Draw the whole mask: rows or blocks where they stay as a whole, else the share kept. */
function fasterOverview(out, { x, y, side }, cut, look) {
  const whole = out.wholeRows ?? out.wholeBlocks;
  const even = s("rect", {
    x, y, width: side, height: side, fill: "var(--kept)", "fill-opacity": out.kept / out.size,
  });
  if (!whole) return fasterFrame(x, y, side, look, even);
  const bits = fasterBits(whole);
  const across = out.wholeRows ? 1 : FASTER_CELLS;
  const down = bits.length / across;
  let [stays, gone] = ["", ""];
  bits.forEach((one, i) => {
    const cell = `M${i % across} ${Math.floor(i / across)}h1v1h-1z`;
    if (one) stays += cell;
    else if (cut) gone += cell;
  });
  const transform = `translate(${x} ${y}) scale(${side / across} ${side / down})`;
  return fasterFrame(x, y, side, look,
    s("path", { d: gone, transform, fill: "var(--gone)", "fill-opacity": 0.5 }),
    s("path", { d: stays, transform, fill: "var(--kept)" }));
}

function fasterCut(d, x, y, each, look) {
  const scaled = d.replace(/-?\d+(\.\d+)?/g, (number) => number * each);
  return s("path", { d: scaled, transform: `translate(${x} ${y})`, fill: look.fill("cut out") });
}

function fasterFrame(x, y, side, look, ...children) {
  return [
    s("rect", { x, y, width: side, height: side, fill: look.fill("zero, in its place") }),
    ...children,
    s("rect", { x, y, width: side, height: side, fill: "none", stroke: "var(--line)" }),
  ];
}

function fasterShape({ x, y, side }, width, height, look) {
  return [
    s("rect", { x, y, width: width * side, height: height * side, fill: "var(--kept)" }),
    s("rect", {
      x, y, width: side, height: side, fill: "none", stroke: "var(--line)",
      "stroke-dasharray": "5 3",
    }),
  ];
}

/** Return the bits that the build packed, the first one first. */
export function fasterBits(text) {
  return [...atob(text)].flatMap((one) => (
    [...one.charCodeAt(0).toString(2).padStart(8, "0")].map(Number)));
}
