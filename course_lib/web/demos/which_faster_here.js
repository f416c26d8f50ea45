// The demo of six patterns measures in this browser: what its patterns cost in JavaScript.

import { button, count, h } from "../dom.js";
import { asFixed } from "../format.js";
import { denseProduct, PRODUCT_SAMPLES, sparseProduct, timedInTurn } from "./products.js";
import { FASTER_CELLS, fasterBits } from "./which_faster_figures.js";
import { table } from "./table.js";
import { fasterOutcome } from "./which_faster_words.js";

const FASTER_HERE = ["product with one vector", "µs", "fastest to slowest", "times as fast"];

/** Return a button that times products in this browser, and what it found. */
export function fasterHere(data, state) {
  const told = count();
  const found = h("div");
  const measure = button("measure in this browser", async () => {
    measure.disabled = true;
    const calls = fasterProducts(data, state);
    const times = await timedInTurn(calls, (share) => {
      told.textContent = `measuring… ${asFixed(100 * share)} %`;
    });
    const whole = times[Object.keys(calls)[0]].median;
    found.replaceChildren(table(
      "measured in this browser", FASTER_HERE, Object.entries(times).map(([name, time]) => [
        name, asFixed(1e3 * time.median),
        `${asFixed(1e3 * time.low)} to ${asFixed(1e3 * time.high)}`,
        asFixed(whole / time.median, 2),
      ]),
    ));
    const runs = Math.min(...Object.values(times).map((time) => time.runs));
    told.textContent = "Measured here, now: loops in JavaScript on one thread, one vector at a "
      + `time; medians of ${PRODUCT_SAMPLES} samples of at least ${runs} runs. This is not the `
      + "kernel of the table above, which multiplies a batch.";
    measure.disabled = false;
    measure.textContent = "measure again";
  });
  return h("div", { class: "course-card" }, measure, told, found);
}

/** Return calls that multiply a vector: dense, by CSR, and as a smaller dense layer. */
export function fasterProducts(data, state) {
  const { side } = data;
  const out = fasterOutcome(data, state);
  const [x, y] = [new Float32Array(side).fill(1), new Float32Array(side)];
  const masked = fasterWeights(data, state);
  const rows = Math.max(1, Math.round(out.kept / side));
  const small = new Float32Array(rows * side).fill(0.5);
  const products = {
    "whole layer, dense": denseProduct(masked, side, side),
    [`${state.pattern}, CSR`]: sparseProduct(masked, side, side),
    [`${rows} × ${side}, dense`]: denseProduct(small, rows, side),
  };
  return Object.fromEntries(Object.entries(products)
    .map(([name, product]) => [name, () => product(x, y)]));
}

/** Return weights with zeros where the pattern removes; unstructured ones at random. */
export function fasterWeights(data, state) {
  const { side } = data;
  const out = fasterOutcome(data, state);
  const weights = new Float32Array(side * side);
  const rowStays = out.wholeRows && fasterBits(out.wholeRows);
  const blockStays = out.wholeBlocks && fasterBits(out.wholeBlocks);
  const block = side / FASTER_CELLS;
  let seed = 1;
  let left = out.kept;
  for (let at = 0; at < weights.length; at += 1) {
    const [row, column] = [Math.floor(at / side), at % side];
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    let stays;
    if (rowStays) stays = rowStays[row];
    else if (blockStays) {
      stays = blockStays[Math.floor(row / block) * FASTER_CELLS + Math.floor(column / block)];
    } else if (state.pattern === "2:4") stays = (at + (at >> 2)) % 2;
    else stays = seed / 2 ** 32 < left / (weights.length - at); // as many as the mask keeps
    left -= stays ? 1 : 0;
    weights[at] = stays ? 0.5 + seed / 2 ** 33 : 0;
  }
  return weights;
}
