// Chapter 04's demo: remove units, and see the layers around them shrink.

import { choice, drawing, h, readout, s, slider } from "../dom.js";
import { asFixed, asGeneral, asGrouped, changeInWords } from "../format.js";
import { positions } from "../positions.js";
import { hatched, stackedBars } from "./bars.js";

const SHAPE_COUNTED = [["parameters", "parameters"], ["macs", "MACs"], ["bytes", "bytes"]];
const SHAPE_SHADES = 9;
const SHAPE_SIDES = { left: 4, top: 42, width: 160, height: 100 };

/** Return the counts of a state, as the build stored them. */
export function shapeOutcome(data, { layer, units }) {
  return data.states[data.layers.indexOf(layer)][data.shares.indexOf(units)];
}

/** Return the numbers as text, as the notebook's readout displays them. */
export function shapeSentence(data, state) {
  const { before } = data;
  const out = shapeOutcome(data, state);
  const units = Object.entries(out.units)
    .map(([name, after]) => `${name} ${after} of ${before.units[name]}`).join(", ");
  const shapes = Object.entries(out.shapes)
    .map(([name, after]) => `${name} ${shapeChange(before.shapes[name], after)}`).join(", ");
  const fewer = SHAPE_COUNTED.map(([key, unit]) => (
    `${asGrouped(out[key])} ${unit}, ${asFixed(100 - 100 * out[key] / before[key], 1)} % fewer`
  )).join(" · ");
  const accuracy = (one) => 100 * (one.right / data.images);
  return `units kept: ${units} · weights: ${shapes} · ${fewer} · ${asFixed(accuracy(out), 2)} % of `
    + `${asGrouped(data.images)} images right, ${changeInWords(accuracy(before) - accuracy(out))}`;
}

/** Return `[[quantity, percent left], …]`. */
export function shapeLeft(data, state) {
  const out = shapeOutcome(data, state);
  const names = Object.keys(out.units);
  const sum = (units) => names.reduce((all, name) => all + units[name], 0);
  const counted = SHAPE_COUNTED.map(([key, unit]) => [
    key === "bytes" ? "bytes of the file" : unit, 100 * out[key] / data.before[key],
  ]);
  return [
    [`units of ${names.join(", ")}`, 100 * sum(out.units) / sum(data.before.units)], ...counted,
  ];
}

function shapeChange(before, after) {
  return `${before.join("×")} → ${after.join("×")}`;
}

export function shapeExplorer({ model, el }) {
  const data = model.get("data");
  const look = hatched({ stays: ["var(--kept)", ""], removed: ["var(--gone)", "/"] });
  const line = readout();
  const panels = h("div", { class: "course-tiles" });
  const bars = h("div", { class: "course-narrow" });
  const kept = positions(model, "shape-explorer", show);
  const shares = data.shares.map((value) => [`${asGeneral(100 * value)} %`, value]);
  const layers = data.layers.map((name) => [name, name]);
  const { start } = data;
  const controls = {
    layer: choice("layer", layers, start.layer, kept.moved("layer")),
    units: slider("units that stay", shares, start.units, kept.moved("units")),
  };

  function show() {
    const state = { layer: controls.layer.value, units: controls.units.value };
    const out = shapeOutcome(data, state);
    line.textContent = shapeSentence(data, state);
    panels.replaceChildren(...Object.entries(out.shapes).map(([name, after]) => (
      shapePanel(name, data.before.shapes[name], after, data.matrices[name], look)
    )));
    const left = shapeLeft(data, state);
    const rows = left.map(([label, percent]) => ({
      label, end: `${asFixed(percent, 1)} %`,
      parts: [["stays", percent], ["removed", 100 - percent]],
    }));
    const alt = `What is left. ${rows.map((row) => `${row.label}: ${row.end}`).join("; ")}.`;
    const unit = "% of the network before";
    bars.replaceChildren(stackedBars(rows, look, { alt, unit, reach: 100 }));
  }

  const back = kept.restored(controls);
  el.append(
    ...Object.values(controls), back, line, look.defs,
    h("p", { class: "course-count" },
      "Each layer’s weights: rows and columns by importance, the most important first; "
      + "the stronger the color, the larger."),
    look.keys(["stays", "removed"]), panels, bars,
  );
}

/** Draw a layer's weights as a matrix, and hatch the rows and columns that go. */
function shapePanel(name, before, after, matrix, look) {
  const { left, top, width, height } = SHAPE_SIDES;
  const [rows, columns] = [0, 1].map((side) => after[side] / before[side]);
  const change = shapeChange(before, after);
  const removed = [
    { x: left, y: top + rows * height, width, height: (1 - rows) * height },
    { x: left + columns * width, y: top, width: (1 - columns) * width, height: rows * height },
  ].filter((box) => box.width > 0 && box.height > 0);
  return drawing(
    168, 182, `${name}: weights ${change}`,
    s("text", { x: left, y: 15, "font-weight": "bold" }, `${name}.weight`),
    s("text", { x: left, y: 33 }, change),
    s("g", {
      transform: `translate(${left} ${top}) scale(${width / matrix.cells[0].length} `
        + `${height / matrix.cells.length})`,
      fill: "var(--kept)", "shape-rendering": "crispEdges",
    }, shapeCells(matrix.cells)),
    removed.map((box) => s("rect", { ...box, fill: look.fill("removed") })),
    s("rect", { x: left, y: top, width, height, fill: "none", stroke: "var(--line)" }),
    s("text", { x: left, y: top + height + 17 }, `→ ${matrix.inputs}`),
    s("text", { x: left, y: top + height + 34 }, `↓ ${matrix.units}`),
  );
}

/** Return one path per shade. */
function shapeCells(cells) {
  const paths = Array.from({ length: SHAPE_SHADES + 1 }, () => "");
  cells.forEach((row, y) => [...row].forEach((shade, x) => {
    paths[shade] += `M${x} ${y}h1v1h-1z`;
  }));
  return paths.map((d, shade) => d && s("path", { d, "fill-opacity": shade / SHAPE_SHADES }))
    .filter(Boolean);
}
