// Demo of chapter 01: how uncertain is an accuracy measured on n images?

import { readout, s } from "../dom.js";
import { chart, END, KEPT, legend, LINE, MIDDLE, text } from "./chart.js";
import { demoControls, optionsOf } from "./controls.js";

const SAMPLE_ROW = 62; // pixels from one size to the next
const SAMPLE_TOP = 24;

export function sampleSize({ model, el }) {
  const data = model.get("data");
  const samples = data.controls[0][3].map(([label, size], i) => {
    const { right, interval } = data.samples[i];
    return { label, interval, accuracies: right.map((count) => (100 * count) / size) };
  });
  const line = readout();
  const axis = sampleAxis(samples);
  const rows = samples.map((sample, i) => sampleRow(axis, sample, i));
  const picture = samplePicture(data, axis, rows);
  const controls = demoControls(model, "sample-size", data.controls, (state) => {
    const [chosen] = optionsOf(data.controls, state);
    rows.forEach((row, i) => { // everything stays where it is; one row is marked
      row.setAttribute("font-weight", i === chosen ? 700 : 400);
      row.lastChild.setAttribute("color", i === chosen ? KEPT : LINE);
      row.lastChild.setAttribute("stroke-width", i === chosen ? 3 : 1.5);
    });
    const { alt, sentence } = data.samples[chosen];
    picture.setAttribute("aria-label", alt);
    line.textContent = sentence;
  });
  const marks = [
    s("circle", { cx: 10, cy: 7, r: 3, fill: KEPT, opacity: 0.6 }),
    s("g", { color: KEPT, "stroke-width": 3 }, sampleBar(2, 18, 7)),
    s("line", { x1: 10, x2: 10, y1: 0, y2: 14, ...SAMPLE_ALL }),
  ];
  const keys = legend(...marks.map((mark, i) => [mark, data.keys[i]]));
  el.append(...controls.rows, line, keys, picture);
}

const SAMPLE_ALL = { stroke: "currentColor", "stroke-width": 1.5, "stroke-dasharray": "2 3" };

function sampleBar(low, high, y) {
  const line = (x1, x2, y1, y2) => s("line", { x1, x2, y1, y2, stroke: "currentColor" });
  return [line(low, high, y, y), line(low, low, y - 5, y + 5), line(high, high, y - 5, y + 5)];
}

/** Return `{x(percent), ticks}` of an axis that holds every sample. */
function sampleAxis(samples) {
  const lowest = Math.min(...samples.flatMap(({ accuracies, interval }) =>
    [interval[0], ...accuracies])) - 0.3;
  const ticks = [];
  for (let at = 100; at >= lowest; at -= 1) ticks.push(at);
  return { x: (percent) => `${16 + (82 * (percent - lowest)) / (100.3 - lowest)}%`, ticks };
}

function sampleRow({ x }, { label, accuracies, interval }, row) {
  const y = SAMPLE_TOP + SAMPLE_ROW * (row + 0.5);
  const dot = (percent, cy, r) => s("circle", { cx: x(percent), cy, r, fill: "currentColor" });
  const last = accuracies.length - 1;
  const dots = accuracies.map((percent, i) => dot(percent, y + 38 * (i / last - 0.5), 2.2));
  return s("g", {},
    text("13%", y + 4, label, END),
    s("g", {}, s("g", { opacity: 0.5 }, dots), sampleBar(...interval.map(x), y),
      dot(accuracies[0], y, 4.5)));
}

function samplePicture({ axes: [across, up], overall }, { x, ticks }, rows) {
  const bottom = SAMPLE_TOP + SAMPLE_ROW * rows.length;
  const upright = (at, line) => s("line", { x1: at, x2: at, y1: SAMPLE_TOP, y2: bottom, ...line });
  return chart(
    bottom + 44, { role: "img" },
    text(0, 13, up),
    ticks.map((at) => upright(x(at), { stroke: "var(--hairline)" })),
    rows,
    upright(x(overall), SAMPLE_ALL),
    s("line", { x1: "16%", x2: "98%", y1: bottom, y2: bottom, stroke: LINE }),
    ticks.map((at) => text(x(at), bottom + 16, `${at}`, MIDDLE)),
    text("57%", bottom + 36, across, MIDDLE),
  );
}
