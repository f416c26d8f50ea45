// Matrix–vector products in JavaScript, on typed arrays.

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
