// Demo of chapter 03: prune more and more weights, and see what does not change.

import { h, readout, s } from "../dom.js";
import { asFixed, asGrouped } from "../format.js";
import { axes, GONE, inWords, KEPT, legend, panel, panels, shares, text } from "./chart.js";
import { demoControls, optionsOf } from "./controls.js";

const MASK_SIDE = 28;
const MASK_GONE = { fill: "none", stroke: "var(--soft)" };
const MASK_LIMIT = { stroke: GONE, "stroke-width": 1.5, "stroke-dasharray": "4 3" };

export function maskExplorer({ model, el }) {
  const data = model.get("data");
  const line = readout();
  const picture = panels();
  const controls = demoControls(model, "mask-explorer", data.controls, (at) => {
    const state = maskState(data, at);
    maskDraw(picture, data, state);
    line.textContent = state.sentence;
  });
  const keys = legend(
    [s("rect", { x: 3, y: 1, width: 14, height: 12, fill: KEPT }), "kept"],
    [s("rect", { x: 3, y: 1, width: 14, height: 12, ...MASK_GONE }), "removed"],
    [s("line", { x1: 10, x2: 10, y1: 0, y2: 14, ...MASK_LIMIT }), "threshold"],
  );
  el.append(...controls.rows, line, keys, picture);
}

/** Return a state as the build computed it, with the notebook's sentence. */
export function maskState(data, state) {
  const [sparsity, scope] = optionsOf(data.controls, state);
  return data.states[scope][sparsity];
}

function maskDraw(picture, data, state) {
  const rows = state.bars.map(([label, value], i) => ({
    label, value, fill: i < data.layers.length ? KEPT : "var(--third)", frame: 1,
  }));
  const left = h("div", { class: "course-wide" }, shares(rows));
  picture.replaceChildren(left, maskPixels(data, state), ...maskHistograms(data, state));
  picture.setAttribute("aria-label", `Bars: ${inWords(rows)}. Inputs: ${state.unread} keep no `
    + `weight. ${data.alt}`);
}

/** Return how many weights each input of the first layer keeps, as a picture. */
function maskPixels({ layers, levels }, { pixels, most, unread }) {
  const shades = Array.from({ length: levels + 1 }, () => []);
  [...pixels].forEach((character, i) => {
    const at = `M${40 + 6 * (i % MASK_SIDE)} ${36 + 6 * Math.floor(i / MASK_SIDE)}`;
    shades[character.charCodeAt(0) - 48].push(at);
  });
  const fields = shades.map((places, level) => (level && places.length ? s("path", {
    d: places.map((at) => `${at}h6v6h-6z`).join(""),
    fill: KEPT, "fill-opacity": level / levels,
  }) : null));
  const crosses = shades[0].map((at) => `${at}m1.5 1.5l3 3m0-3l-3 3`).join("");
  return panel(
    222,
    text(0, 14, `${layers[0][0]}: weights a pixel keeps, at most ${most}`),
    text(0, 29, `× none: ${unread}`),
    ...fields,
    s("path", { d: crosses, fill: "none", stroke: GONE, "stroke-width": 0.8 }),
    s("rect", { x: 40, y: 36, width: 168, height: 168, ...MASK_GONE }),
  );
}

/** Return a histogram per layer: kept weights in front of all weights. */
function maskHistograms(data, state) {
  const bins = data.histograms[0].length;
  const top = Math.log10(Math.max(...data.histograms.flat())) * 1.05;
  const x = (edge) => 50 + (186 * edge) / bins;
  const y = (count) => (count < 1 ? 184 : 176 - (136 * Math.log10(count)) / top);
  const steps = (counts) => `M50 184${counts.map((count, i) =>
    `V${y(count).toFixed(1)}H${x(i + 1).toFixed(1)}`).join("")}V184z`;
  const at = (weight) => x((bins * (weight / data.reach + 1)) / 2);
  return data.layers.map(([name, weights], layer) => {
    const limit = state.thresholds[layer];
    const share = asFixed((100 * state.kept[layer]) / weights, 1);
    return panel(
      228,
      text(0, 14, `${name}: ${share}% kept`),
      text(0, 29, `of ${asGrouped(weights)} weights`),
      s("path", { d: steps(data.histograms[layer]), ...MASK_GONE }),
      s("path", { d: steps(maskKept(data, state, layer)), fill: KEPT }),
      limit ? [-limit, limit].map((edge) => s("line", {
        x1: at(edge), x2: at(edge), y1: 36, y2: 184, ...MASK_LIMIT,
      })) : [],
      axes(
        [50, 36, 236, 184],
        [-0.4, -0.2, 0, 0.2, 0.4].map((value) => [at(value), `${value}`.replace("-", "−")]),
        [1, 10, 100, 1000, 10000].map((count) => [y(count), asGrouped(count)]),
        "weight (how many: log scale)",
      ),
    );
  });
}

/** Return the kept weights of each bin: all above the threshold but where a bin is cut. */
export function maskKept(data, { thresholds, cut }, layer) {
  const whole = data.histograms[layer];
  const middle = Math.floor(whole.length / 2);
  const parts = new Map(cut[layer]);
  return whole.map((count, i) => parts.get(i)
    ?? ((Math.abs(i - middle) * 2 * data.reach) / whole.length > thresholds[layer] ? count : 0));
}
