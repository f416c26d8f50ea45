// LeNet-300-100 and LeNet-5 from the tensors of a file, on the WebAssembly kernels.

import { sparseRows } from "./kernels.js";

const FILTER = 5;

/**
 * Return a network that predicts, from what `readPruned` returned.
 *
 * `sparse` multiplies kept weights only, by compressed sparse rows; otherwise zeros are
 * multiplied, too. Write an image (row by row, 0 to 1) into `image` and call `run()`, then
 * `logits` has the ten scores before softmax. `kept` of `weights` are not zero, biases
 * included. `matrices` are the kernels' own copies of the weights of a dense network, by
 * name. Throws an Error for an activation other than ReLU.
 */
export function buildNetwork(kernels, { description, tensors }, sparse) {
  if (description.arguments.activation !== "relu") {
    throw new Error(`activation must be relu, got ${description.arguments.activation}`);
  }
  const steps = [], matrices = {};

  function linear(layer, x, least = 0) {
    const { shape: [rows, columns], values } = tensors[`${layer}.weight`];
    const bias = kernels.floats(tensors[`${layer}.bias`].values), y = kernels.floats(rows);
    if (sparse) {
      const [starts, places, kept] = lists(kernels, sparseRows(values, rows, columns));
      steps.push(() => kernels.csr(rows, starts, places, kept, x, y));
    } else {
      const W = matrices[`${layer}.weight`] = kernels.floats(values);
      steps.push(() => kernels.dense(rows, columns, W, x, y));
    }
    steps.push(() => kernels.activate(rows, bias, least, y));
    return y;
  }

  /** A convolution of an image with `side` pixels a side, ReLU, and 2 × 2 pooling. */
  function convolution(layer, x, side) {
    const { shape: [filters, channels], values } = tensors[`${layer}.weight`];
    const n = channels * FILTER ** 2, size = side - FILTER + 1;
    const offsets = Array.from({ length: n }, (_, k) => {
      const channel = Math.floor(k / FILTER ** 2), place = k % FILTER ** 2;
      return (channel * side + Math.floor(place / FILTER)) * side + place % FILTER;
    });
    const bias = kernels.floats(tensors[`${layer}.bias`].values);
    const y = kernels.floats(filters * size ** 2), z = kernels.floats(filters * size ** 2 / 4);
    if (sparse) {
      const { columns, ...rest } = sparseRows(values, filters, n);
      const pixels = { ...rest, columns: columns.map((column) => offsets[column]) };
      const [starts, places, kept] = lists(kernels, pixels);
      steps.push(() =>
        kernels.csrConv(filters, starts, places, kept, side, size, size, x, y));
    } else {
      const W = matrices[`${layer}.weight`] = kernels.floats(values);
      const all = kernels.integers(offsets);
      steps.push(() => kernels.conv(filters, n, all, W, side, size, size, x, y));
    }
    steps.push(() => kernels.pool(filters, size, size, bias, y, z));
    return z;
  }

  const image = kernels.floats(28 * 28);
  let x = image;
  if (description.name === "LeNet5") {
    x = convolution("conv1", x, 28);
    x = convolution("conv2", x, 12);
  }
  const depth = Object.keys(tensors).filter((name) => /^fc\d+\.weight$/.test(name)).length;
  for (let i = 1; i <= depth; i += 1) x = linear(`fc${i}`, x, i < depth ? 0 : -Infinity);

  const all = Object.values(tensors);
  return {
    image,
    logits: x,
    matrices,
    weights: all.reduce((sum, { values }) => sum + values.length, 0),
    kept: all.reduce((sum, { values }) => sum + values.filter((value) => value !== 0).length, 0),
    run() {
      for (let i = 0; i < steps.length; i += 1) steps[i]();
    },
  };
}

function lists(kernels, { starts, columns, values }) {
  return [kernels.integers(starts), kernels.integers(columns), kernels.floats(values)];
}

/** Return the chances of ten classes from their logits. */
export function softmax(logits) {
  const top = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Return the class with the largest score. */
export function bestClass(scores) {
  return scores.indexOf(Math.max(...scores));
}
