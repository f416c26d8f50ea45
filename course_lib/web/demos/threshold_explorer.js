// Demo of chapter 02: move the two thresholds and watch neurons disappear.

import { readout, s } from "../dom.js";
import { asFixed, asGrouped } from "../format.js";
import { axes, GONE, inWords, KEPT, legend, MIDDLE, panel, panels, shares, text } from "./chart.js";
import { demoControls, optionsOf } from "./controls.js";

export function thresholdExplorer({ model, el }) {
  const data = model.get("data");
  const line = readout();
  const picture = panels();
  const plot = thresholdPlot(data);
  const controls = demoControls(model, "threshold-explorer", data.controls, (state) => {
    const out = thresholdOutcome(data, state);
    plot(picture, state, out);
    line.textContent = out.sentence;
  });
  const keys = legend(
    [s("path", { d: "M10 7h0", ...THRESHOLD_DOT }), "kept"],
    [s("path", { d: "M7 4l6 6m0-6l-6 6", ...THRESHOLD_CROSS }), "removed"],
    [s("rect", { x: 2, y: 1, width: 16, height: 12, ...THRESHOLD_CORNER }), data.corner],
  );
  el.append(...controls.rows, line, keys, picture);
}

/** Return neurons kept and removed by layer, what is left, and the notebook's sentence. */
function thresholdOutcome(data, { mean, std }) {
  const limits = [mean, std].map((value) => Math.round(value * data.unit));
  const layers = data.layers.map(([name, means, stds]) => {
    const goes = means.map((value, i) => value <= limits[0] && stds[i] <= limits[1]);
    return { name, goes, gone: goes.filter(Boolean).length };
  });
  const [row, column] = optionsOf(data.controls, { mean, std });
  const [parameters, sentence] = data.states[row][column];
  return { layers, parameters, sentence };
}

const THRESHOLD_DOT = {
  stroke: KEPT, "stroke-width": 4, "stroke-linecap": "round", "stroke-opacity": 0.75,
};
const THRESHOLD_CROSS = { stroke: GONE, "stroke-width": 1.2, fill: "none" };
const THRESHOLD_CORNER = { fill: "var(--panel)", stroke: "var(--soft)" };

/** Return what draws a state; where a neuron stands is computed once. */
function thresholdPlot(data) {
  const all = data.layers.flatMap(([, means, stds]) => [...means, ...stds]);
  const largest = all.reduce((one, other) => Math.max(one, other));
  const reach = thresholdAxis(largest / data.unit) * 1.04;
  const x = (value) => 58 + (176 * thresholdAxis(value)) / reach;
  const y = (value) => 206 - (178 * thresholdAxis(value)) / reach;
  const points = data.layers.map(([, means, stds]) => means.map((value, i) =>
    `M${x(value / data.unit).toFixed(1)} ${y(stds[i] / data.unit).toFixed(1)}`));
  const ticks = (at) => [0, 0.001, 0.01, 0.1, 1].map((value) => [at(value), `${value}`]);

  function layer({ mean, std }, { name, goes, gone }, i) {
    const marks = (removed, mark) => points[i].map((point, unit) =>
      (goes[unit] === removed ? point + mark : "")).join("");
    return panel(
      242,
      text(0, 14, `${name}: ${gone} of ${asGrouped(goes.length)} removed`),
      s("rect", {
        x: x(0), y: y(std), width: x(mean) - x(0), height: y(0) - y(std), ...THRESHOLD_CORNER,
      }),
      axes([x(0), 24, 236, y(0)], ticks(x), ticks(y), "|mean|"),
      text(-116, 10, "standard deviation", { transform: "rotate(-90)", ...MIDDLE }),
      s("path", { d: marks(false, "h0"), ...THRESHOLD_DOT }),
      s("path", { d: marks(true, "m-2.5-2.5l5 5m0-5l-5 5"), ...THRESHOLD_CROSS }),
    );
  }

  return (picture, state, { layers, parameters }) => {
    const rows = thresholdBars(data, layers, parameters);
    picture.replaceChildren(
      ...layers.map((found, i) => layer(state, found, i)),
      shares(rows),
    );
    const removed = layers.map(({ name, goes, gone }) => `${name} ${gone} of ${goes.length}`);
    picture.setAttribute("aria-label", `${data.alt} Removed at or below ${state.mean} and `
      + `${state.std}: ${removed.join(", ")}. Bars of what is left: ${inWords(rows)}.`);
  };
}

/** Return rows of what is left: a share of the neurons is not that of the parameters. */
function thresholdBars(data, layers, parameters) {
  const neurons = layers.reduce((sum, { goes }) => sum + goes.length, 0);
  const kept = neurons - layers.reduce((sum, { gone }) => sum + gone, 0);
  const row = (what, left, of) => ({
    label: `${asFixed((100 * left) / of, 1)}% of the ${what}: ${asGrouped(left)}`,
    value: left / of, fill: KEPT, frame: 1,
  });
  return [
    row("neurons", kept, neurons),
    row("parameters", parameters, data.parameters),
  ];
}

/** Return a place on an axis: linear up to 0.001, so that zero has one, then decades. */
function thresholdAxis(value) {
  return value <= 1e-3 ? value / 1e-3 : 1 + Math.log10(value / 1e-3);
}
