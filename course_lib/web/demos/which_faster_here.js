// The demo of six patterns measures in this browser: what its patterns cost in JavaScript.

import { button, count, h } from "../dom.js";
import { middle, timeTurns } from "../digit/timing.js";
import { asFixed } from "../format.js";
import { denseProduct, sparseProduct } from "./products.js";
import { table } from "./table.js";
import { fasterBits, fasterMask } from "./which_faster_figures.js";

const FASTER_HERE = ["product with one vector", "µs", "fastest to slowest", "times as fast"];

/** Return a button that times products in this browser, and what it found. */
export function fasterHere(data, state) {
  const told = count();
  const found = h("div");
  const measure = button("measure in this browser", async () => {
    measure.disabled = true;
    told.textContent = "measuring …";
    const products = fasterProducts(data, state);
    const times = await timeTurns(products.map(([, product]) => product));
    found.replaceChildren(table("measured in this browser", FASTER_HERE, times.map((samples, i) => [
      products[i][0], asFixed(middle(samples)),
      `${asFixed(Math.min(...samples))} to ${asFixed(Math.max(...samples))}`,
      asFixed(middle(times[0]) / middle(samples), 2),
    ])));
    told.textContent = data.here;
    measure.disabled = false;
    measure.textContent = "measure again";
  });
  return h("div", { class: "course-card" }, measure, told, found);
}

/** Return names and calls of products: dense, by CSR, and as a smaller dense layer. */
export function fasterProducts(data, state) {
  const { side } = data;
  const [x, y] = [new Float32Array(side).fill(1), new Float32Array(side)];
  const weights = fasterWeights(data, state);
  const rows = Math.max(1, Math.round(fasterMask(data, state).kept / side));
  return [
    ["whole layer, dense", denseProduct(weights, side, side)],
    [`${state.pattern}, CSR`, sparseProduct(weights, side, side)],
    [`${rows} × ${side}, dense`, denseProduct(weights, rows, side)],
  ].map(([name, product]) => [name, () => product(x, y)]);
}

/** Return weights with zeros where the pattern removes, at random where it is no block. */
export function fasterWeights(data, state) {
  const { side } = data;
  const { kept, whole, across } = fasterMask(data, state);
  const bits = fasterBits(whole ?? "");
  const part = (place, parts) => Math.floor(place * parts / side);
  return Float32Array.from({ length: side ** 2 }, (_, at) => {
    const stays = whole
      ? bits[part(Math.floor(at / side), bits.length / across) * across + part(at % side, across)]
      : Math.random() < kept / side ** 2;
    return stays ? 0.5 + Math.random() : 0;
  });
}
