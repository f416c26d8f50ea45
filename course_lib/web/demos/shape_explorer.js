// Chapter 04's demo: remove units, and see the layers around them shrink.

import { count, h, readout, s } from "../dom.js";
import { asFixed } from "../format.js";
import { hatched, stackedBars, tile } from "./bars.js";
import { demoControls, optionsOf } from "./controls.js";

const SHAPE_SHADES = 9;

/** Return a state as the build computed it, with the notebook's sentence. */
export function shapeOutcome(data, state) {
  const [layer, share] = optionsOf(data.controls, state);
  return data.states[layer][share];
}

export function shapeExplorer({ model, el }) {
  const data = model.get("data");
  const look = hatched({ stays: ["var(--kept)", ""], removed: ["var(--gone)", "/"] });
  const line = readout();
  const tiles = h("div", { class: "course-tiles" });
  const bars = h("div", { class: "course-narrow" });
  const controls = demoControls(model, "shape-explorer", data.controls, (state) => {
    const out = shapeOutcome(data, state);
    line.textContent = out.sentence;
    tiles.replaceChildren(...Object.keys(out.shapes).map((name) => (
      shapeTile(name, data.shapes[name], out.shapes[name], data.matrices[name], look))));
    const rows = out.left.map(([name, left]) => (
      [name, [["stays", left], ["removed", 100 - left]], `${asFixed(left, 1)}%`]));
    const alt = rows.map(([name, , left]) => `${name}: ${left}`).join("; ");
    bars.replaceChildren(stackedBars(rows, look, 100, `What is left. ${alt}.`));
  });
  el.append(
    ...controls.rows, line, look.defs, count(data.note), look.keys(["stays", "removed"]),
    tiles, bars,
  );
}

/** Draw a layer's weights as a matrix, and hatch the rows and columns that go. */
function shapeTile(name, before, after, { cells, inputs, units }, look) {
  const change = `${before.join("×")} → ${after.join("×")}`;
  return tile([`${name}.weight`, change], [`→ ${inputs}`, `↓ ${units}`], ([x, y, side]) => [
    s("g", {
      transform: `translate(${x} ${y}) scale(${side / cells[0].length} ${side / cells.length})`,
      fill: "var(--kept)", "shape-rendering": "crispEdges",
    }, shapeCells(cells)),
    s("path", {
      d: `M${x} ${y + side}h${side}v${-side}H${x + side * after[1] / before[1]}`
        + `V${y + side * after[0] / before[0]}H${x}z`,
      fill: look.fill("removed"), stroke: "var(--line)",
    }),
  ]);
}

/** Return one path per shade. */
function shapeCells(cells) {
  const paths = Array(SHAPE_SHADES + 1).fill("");
  cells.forEach((row, y) => [...row].forEach((shade, x) => {
    paths[shade] += `M${x} ${y}h1v1h-1z`;
  }));
  return paths.map((d, shade) => s("path", { d, "fill-opacity": shade / SHAPE_SHADES }));
}
