// Matrix–vector products in JavaScript, timed in this browser without blocking the page.

const PRODUCT_RUNS = 200; // performance.now counts in steps of 100 µs: time many at once
const PRODUCT_SLICE = 12; // milliseconds until the page may do something else
const PRODUCT_MOST = 200; // milliseconds a sample of long products takes
export const PRODUCT_SAMPLES = 7;

/**
 * Return a function that fills `out` with a dense matrix times `x`, row by row. Columns
 * come in fours: a single sum would wait for each addition.
 */
export function denseProduct(weights, rows, columns) {
  return (x, out) => {
    for (let row = 0, at = 0; row < rows; row += 1) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let column = 0; column < columns; column += 4, at += 4) {
        a += weights[at] * x[column];
        b += weights[at + 1] * x[column + 1];
        c += weights[at + 2] * x[column + 2];
        d += weights[at + 3] * x[column + 3];
      }
      out[row] = a + b + c + d;
    }
  };
}

/** Return the same for the nonzeros of a matrix, compressed by rows (CSR). */
export function sparseProduct(weights, rows, columns) {
  const count = weights.reduce((sum, weight) => sum + (weight !== 0), 0);
  const [values, places] = [new Float32Array(count), new Int32Array(count)];
  const starts = new Int32Array(rows + 1);
  for (let row = 0, at = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const weight = weights[row * columns + column];
      if (weight !== 0) {
        values[at] = weight;
        places[at] = column;
        at += 1;
      }
    }
    starts[row + 1] = at;
  }
  return (x, out) => {
    for (let row = 0; row < rows; row += 1) {
      const end = starts[row + 1];
      let at = starts[row];
      let [a, b, c, d] = [0, 0, 0, 0];
      for (; at + 3 < end; at += 4) {
        a += values[at] * x[places[at]];
        b += values[at + 1] * x[places[at + 1]];
        c += values[at + 2] * x[places[at + 2]];
        d += values[at + 3] * x[places[at + 3]];
      }
      for (; at < end; at += 1) a += values[at] * x[places[at]];
      out[row] = a + b + c + d;
    }
  };
}

/**
 * Time calls in turn; return `{name: {median, low, high, runs}}` in milliseconds per call,
 * low and high the fastest and the slowest sample. `told(share)` hears how far it is.
 */
export async function timedInTurn(calls, told = () => {}) {
  const samples = Object.fromEntries(Object.keys(calls).map((name) => [name, []]));
  const all = PRODUCT_SAMPLES * Object.keys(calls).length;
  let done = 0;
  for (const call of Object.values(calls)) await sampled(call); // compiled by then
  for (let i = 0; i < PRODUCT_SAMPLES; i += 1) {
    for (const [name, call] of Object.entries(calls)) {
      samples[name].push(await sampled(call));
      done += 1;
      told(done / all);
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, found]) => {
    const sorted = found.map(({ each }) => each).sort((a, b) => a - b);
    return [name, {
      median: sorted[Math.floor(sorted.length / 2)], low: sorted[0], high: sorted.at(-1),
      runs: Math.min(...found.map(({ runs }) => runs)),
    }];
  }));
}

/** Time one sample: 200 calls, fewer if they are long, in slices. */
async function sampled(call) {
  let [runs, spent] = [0, 0];
  while (runs < PRODUCT_RUNS && spent < PRODUCT_MOST) {
    await new Promise((next) => { setTimeout(next); });
    const start = performance.now();
    let now = start;
    let some = 0;
    for (let group = 1; some < PRODUCT_RUNS - runs && now - start < PRODUCT_SLICE; group *= 2) {
      const upTo = Math.min(some + group, PRODUCT_RUNS - runs);
      for (; some < upTo; some += 1) call();
      now = performance.now();
    }
    runs += some;
    spent += now - start;
  }
  return { each: spent / runs, runs };
}
