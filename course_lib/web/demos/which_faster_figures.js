// Drawings of the demo of six patterns: what each means, and what remains of a layer.

import { h, s } from "../dom.js";
import { asGrouped } from "../format.js";
import { tile } from "./bars.js";

/** Return what the build stored of the mask of a state. */
export function fasterMask(data, { share, pattern }) {
  return data.states[pattern][data.ratios.indexOf(share)];
}

/** Draw what each pattern does to a small matrix. */
export function fasterMeanings(data, look) {
  return h("div", { class: "course-tiles" }, data.meanings.map(([name, words, bits]) => (
    tile([name], words, (box) => fasterGrid(bits, 8, box, data.cut.includes(name), look)))));
}

/** Draw the layer's mask, a close-up, and the shapes that a dense product multiplies. */
export function fasterLayer(data, state, look) {
  const { kept, rows, whole, across, closeUp, from } = fasterMask(data, state);
  const cut = data.cut.includes(state.pattern);
  const { side } = data;
  const grid = (bits, columns) => (box) => fasterGrid(bits, columns, box, cut, look);
  const even = (box) => fasterBox(box, { "fill-opacity": kept / side ** 2, fill: "var(--kept)" });
  return h("div", { class: "course-tiles" },
    tile([`${state.pattern}: ${asGrouped(kept)}`], [`left of ${side} × ${side}`],
      whole ? grid(whole, across) : even),
    tile(["32 × 32 of them"], [`from row ${from[0]}, column ${from[1]}`], grid(closeUp, 32)),
    tile(["multiplied (dashed: before)"], [`this layer: ${rows} × ${side}`],
      fasterShape(1, rows / side)),
    tile(["and then"], [`next layer: ${rows} columns`], fasterShape(rows / side, 1)));
}

/** Draw a mask in a square, `across` bits per row; with `cut`, empty rows are cut out. */
function fasterGrid(packed, across, [x, y, side], cut, look) {
  const bits = fasterBits(packed);
  const [width, height] = [side / across, side * across / bits.length];
  let [stays, gone, lines] = ["", "", ""];
  for (let row = 0; row * across < bits.length; row += 1) {
    const some = bits.slice(row * across, (row + 1) * across);
    const top = y + row * height;
    if (cut && !some.includes(1)) gone += `M${x} ${top}h${side}v${height}h${-side}z`;
    some.forEach((bit, column) => {
      if (bit) stays += `M${x + column * width} ${top}h${width}v${height}h${-width}z`;
    });
    if (across > 1) lines += `M${x} ${top}h${side}M${x + row * width} ${y}v${side}`;
  }
  return [
    fasterBox([x, y, side], { fill: "none" }),
    s("path", { d: stays, fill: "var(--kept)" }),
    s("path", { d: lines, stroke: "var(--line)", "stroke-width": 0.4 }),
    s("path", { d: gone, fill: look.fill("cut out") }),
  ];
}

function fasterBox([x, y, side], look) {
  return s("rect", { x, y, width: side, height: side, stroke: "var(--line)", ...look });
}

function fasterShape(width, height) {
  return ([x, y, side]) => [
    s("rect", { x, y, width: width * side, height: height * side, fill: "var(--kept)" }),
    fasterBox([x, y, side], { fill: "none", "stroke-dasharray": "5 3" }),
  ];
}

/** Return the bits that the build packed, the first one first. */
export function fasterBits(packed) {
  return [...atob(packed)].flatMap((byte) => (
    [...byte.charCodeAt(0).toString(2).padStart(8, "0")].map(Number)));
}
