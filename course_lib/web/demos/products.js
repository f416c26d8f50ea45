// Matrix–vector products in JavaScript, timed in this browser without blocking the page.

const PRODUCT_RUNS = 200; // performance.now counts in steps of 100 µs: time many at once
const PRODUCT_SLICE = 12; // milliseconds until the page may do something else
const PRODUCT_MOST = 200; // milliseconds that a sample of long products takes
const PRODUCT_SAMPLES = 7;

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
  const values = weights.filter(Boolean);
  const places = new Int32Array(values.length);
  const starts = new Int32Array(rows + 1);
  let count = 0;
  weights.forEach((weight, at) => {
    if (weight) {
      places[count] = at % columns;
      count += 1;
      starts[Math.floor(at / columns) + 1] = count;
    }
  });
  for (let row = 0; row < rows; row += 1) starts[row + 1] ||= starts[row]; // rows of zeros
  return (x, out) => {
    for (let row = 0, at = 0; row < rows; row += 1) {
      const end = starts[row + 1];
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
 * Time calls in turn; return `{name: [median, low, high]}` in milliseconds per call, low and
 * high the fastest and the slowest sample. `told(share)` hears how far it is.
 */
export async function timedInTurn(calls, told = () => {}) {
  const named = Object.entries(calls).map(([name, call]) => ({ name, call, samples: [] }));
  for (const { call } of named) await sampled(call); // compiled by then
  for (let i = 0; i < PRODUCT_SAMPLES; i += 1) {
    for (const { call, samples } of named) samples.push(await sampled(call));
    told((i + 1) / PRODUCT_SAMPLES);
  }
  return Object.fromEntries(named.map(({ name, samples }) => {
    samples.sort((a, b) => a - b);
    return [name, [samples[Math.floor(PRODUCT_SAMPLES / 2)], samples[0], samples.at(-1)]];
  }));
}

/** Return milliseconds per call, of 200 calls or of fewer long ones, made in slices. */
async function sampled(call) {
  let [runs, spent] = [0, 0];
  while (runs < PRODUCT_RUNS && spent < PRODUCT_MOST) {
    await new Promise((next) => { setTimeout(next); });
    const start = performance.now();
    let slice = 0;
    for (let group = 1; runs < PRODUCT_RUNS && slice < PRODUCT_SLICE; group *= 2) {
      for (let i = 0; i < group && runs < PRODUCT_RUNS; i += 1, runs += 1) call();
      slice = performance.now() - start;
    }
    spent += slice;
  }
  return spent / runs;
}
