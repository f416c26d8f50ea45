// Demo of chapter 02: move the two thresholds and watch neurons disappear.

import { readout, s, slider } from "../dom.js";
import { asFixed, asGeneral, asGrouped, changeInWords } from "../format.js";
import { positions } from "../positions.js";
import { axes, GONE, inWords, KEPT, legend, MIDDLE, panel, panels, shares, text } from "./chart.js";

export function thresholdExplorer({ model, el }) {
  const data = model.get("data");
  const shown = positions(model, "threshold-explorer", () => draw());
  const stops = data.grid.map((value) => [asGeneral(value), value]);
  const mean = slider("mean threshold", stops, data.start[0], shown.moved("mean"));
  const std = slider("std threshold", stops, data.start[1], shown.moved("std"));
  const line = readout();
  const picture = panels();
  const plot = thresholdPlot(data);

  function draw() {
    const state = [mean.value, std.value];
    plot(picture, state, thresholdOutcome(data, state));
    line.textContent = thresholdSentence(data, state);
  }

  const back = shown.restored({ mean, std });
  const keys = legend(
    [s("path", { d: "M10 7h0", ...THRESHOLD_DOT }), "kept"],
    [s("path", { d: "M7 4l6 6m0-6l-6 6", ...THRESHOLD_CROSS }), "removed"],
    [s("rect", { x: 2, y: 1, width: 16, height: 12, ...THRESHOLD_CORNER }),
      "at or below both thresholds"],
  );
  el.append(mean, std, back, line, keys, picture);
}

/** Return neurons kept and removed by layer, and what `threshold_explorer.compute` does. */
function thresholdOutcome(data, [mean, std]) {
  const limits = [mean, std].map((value) => Math.round(value * data.unit));
  const layers = data.layers.map(([name, means, stds]) => {
    const goes = means.map((value, i) => value <= limits[0] && stds[i] <= limits[1]);
    return { name, goes, gone: goes.filter(Boolean).length };
  });
  const place = data.grid.indexOf(mean) * data.grid.length + data.grid.indexOf(std);
  return { layers, state: data.states[place] };
}

/** Return the readout's sentence, as `threshold_explorer.Outcome.sentence` does. */
export function thresholdSentence(data, thresholds) {
  const { layers, state } = thresholdOutcome(data, thresholds);
  if (!state) return "a layer would have no neurons left: no network remains";
  const [parameters, right] = state;
  const kept = layers.map(({ name, goes, gone }) => `${name} ${goes.length - gone}`);
  const accuracy = 100 * (right / data.images);
  const drop = 100 * (data.right / data.images) - accuracy;
  return `neurons kept: ${kept.join(", ")} · ${asGrouped(parameters)} parameters, `
    + `${asFixed(100 * (1 - parameters / data.parameters), 1)} % fewer · validation accuracy `
    + `${asFixed(accuracy, 2)} %, ${changeInWords(drop)}`;
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

  function layer([mean, std], { name, goes, gone }, i) {
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

  return (picture, state, { layers, state: left }) => {
    const rows = thresholdBars(data, layers, left);
    picture.replaceChildren(
      ...layers.map((found, i) => layer(state, found, i)),
      shares(rows),
    );
    const limits = state.map(asGeneral).join(" and ");
    const removed = layers.map(({ name, goes, gone }) => `${name} ${gone} of ${goes.length}`);
    picture.setAttribute("aria-label", "Neurons as points, the size of the mean against the "
      + `standard deviation. Removed at or below ${limits}: ${removed.join(", ")}. Bars of `
      + `what is left: ${inWords(rows)}.`);
  };
}

/** Return rows of what is left: a share of the neurons is not that of the parameters. */
function thresholdBars(data, layers, state) {
  const neurons = layers.reduce((sum, { goes }) => sum + goes.length, 0);
  const kept = neurons - layers.reduce((sum, { gone }) => sum + gone, 0);
  const row = (what, left, of) => ({
    label: `${asFixed((100 * left) / of, 1)} % of the ${what}: ${asGrouped(left)}`,
    value: left / of, fill: KEPT, frame: 1,
  });
  return [
    row("neurons", kept, neurons),
    row("parameters", state ? state[0] : 0, data.parameters),
  ];
}

/** Return a place on an axis: linear up to 0.001, so that zero has one, then decades. */
function thresholdAxis(value) {
  return value <= 1e-3 ? value / 1e-3 : 1 + Math.log10(value / 1e-3);
}
