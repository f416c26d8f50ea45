// Demo of chapter 01: how uncertain is an accuracy measured on n images?

import { readout, s, slider } from "../dom.js";
import { asFixed, asGrouped } from "../format.js";
import { positions } from "../positions.js";
import { chart, legend, text } from "./chart.js";

const SAMPLE_ROW = 62; // pixels from one size to the next
const SAMPLE_TOP = 24;

export function sampleSize({ model, el }) {
  const data = model.get("data");
  const shown = positions(model, "sample-size", () => draw());
  const images = slider("images in a sample", data.sizes.map((x) => [asGrouped(x), x]),
    data.sizes[0], shown.moved("images"));
  const samples = data.sizes.map((size) => sampleOutcome(data, size));
  const line = readout();
  const picture = chart(SAMPLE_TOP + SAMPLE_ROW * samples.length + 44);
  picture.setAttribute("role", "img");

  function draw() {
    picture.replaceChildren(...samplePicture(samples, images.value));
    picture.setAttribute("aria-label", sampleInWords(samples, images.value));
    line.textContent = sampleSentence(data, images.value);
  }

  const back = shown.restored({ images });
  const keys = legend(
    [s("circle", { cx: 10, cy: 7, r: 3, fill: "var(--kept)", opacity: 0.6 }),
      `a sample; there are ${samples[0].accuracies.length}`],
    [sampleBar("2", "18", 7, "var(--kept)", 3), "the first, with its 95 % interval"],
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

function sampleBar(low, high, y, color, width) {
  const line = { stroke: color, "stroke-width": width };
  const end = (x) => s("line", { x1: x, x2: x, y1: y - 5, y2: y + 5, ...line });
  return s("g", {}, s("line", { x1: low, x2: high, y1: y, y2: y, ...line }), end(low), end(high));
}

function samplePicture(samples, chosen) {
  const lowest = Math.min(...samples.map(({ accuracies, intervals }) =>
    Math.min(intervals[0][0], ...accuracies))) - 0.3;
  const x = (percent) => `${16 + (82 * (percent - lowest)) / (100.3 - lowest)}%`;
  const bottom = SAMPLE_TOP + SAMPLE_ROW * samples.length;
  const step = [0.5, 1, 2, 5, 10, 20].find((one) => (100 - lowest) / one <= 6);
  const ticks = [];
  for (let at = 100; at >= lowest; at -= step) ticks.unshift(at);
  const rows = samples.map(({ size, accuracies, intervals }, row) => {
    const y = SAMPLE_TOP + SAMPLE_ROW * (row + 0.5);
    const color = size === chosen ? "var(--kept)" : "var(--line)";
    const last = accuracies.length - 1;
    const dots = accuracies.map((percent, i) => s("circle", {
      cx: x(percent), cy: y + 38 * (i / last - 0.5), r: 2.2, fill: color, opacity: 0.5,
    }));
    const ends = intervals[0].map(x);
    return s("g", {}, text("13%", y + 4, asGrouped(size), {
      "text-anchor": "end", "font-weight": size === chosen ? 700 : 400,
    }), ...dots, sampleBar(...ends, y, color, size === chosen ? 3 : 1.5),
    s("circle", { cx: x(accuracies[0]), cy: y, r: 4.5, fill: color }));
  });
  const all = x(samples[0].overall);
  return [
    ...ticks.map((at) => s("line", {
      x1: x(at), x2: x(at), y1: SAMPLE_TOP, y2: bottom, stroke: "var(--hairline)",
    })),
    ...rows,
    s("line", { x1: all, x2: all, y1: SAMPLE_TOP, y2: bottom, ...SAMPLE_ALL }),
    s("line", { x1: "16%", x2: "98%", y1: bottom, y2: bottom, stroke: "var(--line)" }),
    ...ticks.map((at) => text(x(at), bottom + 16, `${at}`, { "text-anchor": "middle" })),
    text("57%", bottom + 36, "accuracy of a sample (%)", { "text-anchor": "middle" }),
    text(0, 13, "images in a sample"),
  ];
}

function sampleInWords(samples, chosen) {
  const spans = samples.map(({ size, accuracies }) =>
    `${asGrouped(size)} images, ${asFixed(Math.min(...accuracies), 2)} to `
    + `${asFixed(Math.max(...accuracies), 2)} %`);
  return `Accuracies of random samples as dots, around that of all images: ${spans.join("; ")}`
    + `. Marked: ${asGrouped(chosen)} images, with the interval of the first sample.`;
}
