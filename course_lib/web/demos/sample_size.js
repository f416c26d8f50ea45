// Demo of chapter 01: how uncertain is an accuracy measured on n images?

import { readout, s, slider } from "../dom.js";
import { asFixed, asGrouped } from "../format.js";
import { positions } from "../positions.js";
import { chart, END, KEPT, legend, LINE, MIDDLE, text } from "./chart.js";

const SAMPLE_ROW = 62; // pixels from one size to the next
const SAMPLE_TOP = 24;

export function sampleSize({ model, el }) {
  const data = model.get("data");
  const shown = positions(model, "sample-size", () => draw());
  const images = slider("images in a sample", data.sizes.map((x) => [asGrouped(x), x]),
    data.sizes[0], shown.moved("images"));
  const samples = data.sizes.map((size) => sampleOutcome(data, size));
  const line = readout();
  const rows = samples.map(sampleRow(sampleAxis(samples)));
  const picture = samplePicture(samples, rows);

  function draw() {
    rows.forEach((row, i) => { // everything stays where it is; one row is marked
      const chosen = data.sizes[i] === images.value;
      row.setAttribute("font-weight", chosen ? 700 : 400);
      row.lastChild.setAttribute("color", chosen ? KEPT : LINE);
      row.lastChild.setAttribute("stroke-width", chosen ? 3 : 1.5);
    });
    picture.setAttribute("aria-label", sampleInWords(samples, images.value));
    line.textContent = sampleSentence(data, images.value);
  }

  const back = shown.restored({ images });
  const keys = legend(
    [s("circle", { cx: 10, cy: 7, r: 3, fill: KEPT, opacity: 0.6 }),
      `${samples[0].accuracies.length} samples`],
    [s("g", { color: KEPT, "stroke-width": 3 }, sampleBar(2, 18, 7)),
      "the first, with its 95 % interval"],
    [s("line", { x1: 10, x2: 10, y1: 0, y2: 14, ...SAMPLE_ALL }), "all images"],
  );
  el.append(images, back, line, keys, picture);
}

/** Return the samples of a size, as `sample_size.compute` does; all in percent. */
function sampleOutcome(data, size) {
  const right = data.right[data.sizes.indexOf(size)];
  const overall = data.correct / data.images;
  return {
    size,
    accuracies: right.map((count) => (100 * count) / size),
    intervals: right.map((count) => sampleInterval(count, size, data.z)),
    error: 100 * Math.sqrt((overall * (1 - overall)) / size),
    overall: 100 * overall,
  };
}

/** Return the interval of `uncertainty.wilson_interval`. */
function sampleInterval(right, images, z) {
  const share = right / images;
  const spread = z ** 2 / images;
  const center = share + spread / 2;
  const half = z * Math.sqrt((share * (1 - share)) / images + spread / (4 * images));
  return [
    100 * Math.max(0, (center - half) / (1 + spread)),
    100 * Math.min(1, (center + half) / (1 + spread)),
  ];
}

/** Return the readout's sentence, as `sample_size.Sample.sentence` does. */
export function sampleSentence(data, size) {
  const { accuracies, intervals, error, overall } = sampleOutcome(data, size);
  const covered = intervals.filter(([low, high]) => low <= overall && overall <= high).length;
  const [low, high] = intervals[0].map((end) => asFixed(end, 2));
  return `${asGrouped(size)} images drawn at random: ${asFixed(accuracies[0], 2)} % correct, `
    + `± ${asFixed(error, 2)} points, 95 % interval ${low} to ${high} % · `
    + `${accuracies.length} such samples: ${asFixed(Math.min(...accuracies), 2)} to `
    + `${asFixed(Math.max(...accuracies), 2)} %; ${covered} of their intervals include the `
    + `${asFixed(overall, 2)} % of all images`;
}

const SAMPLE_ALL = { stroke: "currentColor", "stroke-width": 1.5, "stroke-dasharray": "2 3" };

function sampleBar(low, high, y) {
  const line = (x1, x2, y1, y2) => s("line", { x1, x2, y1, y2, stroke: "currentColor" });
  return [line(low, high, y, y), line(low, low, y - 5, y + 5), line(high, high, y - 5, y + 5)];
}

/** Return `{x(percent), ticks}` of an axis that holds every sample. */
function sampleAxis(samples) {
  const lowest = Math.min(...samples.flatMap(({ accuracies, intervals }) =>
    [intervals[0][0], ...accuracies])) - 0.3;
  const ticks = [];
  for (let at = 100; at >= lowest; at -= 1) ticks.push(at);
  return { x: (percent) => `${16 + (82 * (percent - lowest)) / (100.3 - lowest)}%`, ticks };
}

function sampleRow({ x }) {
  return ({ size, accuracies, intervals }, row) => {
    const y = SAMPLE_TOP + SAMPLE_ROW * (row + 0.5);
    const dot = (percent, cy, r) => s("circle", { cx: x(percent), cy, r, fill: "currentColor" });
    const last = accuracies.length - 1;
    const dots = accuracies.map((percent, i) => dot(percent, y + 38 * (i / last - 0.5), 2.2));
    return s("g", {},
      text("13%", y + 4, asGrouped(size), END),
      s("g", {}, s("g", { opacity: 0.5 }, dots), sampleBar(...intervals[0].map(x), y),
        dot(accuracies[0], y, 4.5)));
  };
}

function samplePicture(samples, rows) {
  const { x, ticks } = sampleAxis(samples);
  const bottom = SAMPLE_TOP + SAMPLE_ROW * samples.length;
  const upright = (at, line) => s("line", { x1: at, x2: at, y1: SAMPLE_TOP, y2: bottom, ...line });
  return chart(
    bottom + 44, { role: "img" },
    text(0, 13, "images in a sample"),
    ticks.map((at) => upright(x(at), { stroke: "var(--hairline)" })),
    rows,
    upright(x(samples[0].overall), SAMPLE_ALL),
    s("line", { x1: "16%", x2: "98%", y1: bottom, y2: bottom, stroke: LINE }),
    ticks.map((at) => text(x(at), bottom + 16, `${at}`, MIDDLE)),
    text("57%", bottom + 36, "accuracy of a sample (%)", MIDDLE),
  );
}

function sampleInWords(samples, chosen) {
  const spans = samples.map(({ size, accuracies }) =>
    `${asGrouped(size)} images, ${asFixed(Math.min(...accuracies), 2)} to `
    + `${asFixed(Math.max(...accuracies), 2)} %`);
  return `Dots, random samples: ${spans.join("; ")}. Marked: `
    + `${asGrouped(chosen)} images, with the interval of the first sample.`;
}
