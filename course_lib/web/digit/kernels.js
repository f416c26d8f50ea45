// The WebAssembly kernels of kernels.wat, with arrays in their memory.

/**
 * Return the kernels in the bytes of kernels.wasm, with `megabytes` of memory.
 *
 * Their arrays must lie in their memory: `floats(x)` and `integers(x)` put an array there,
 * or one of zeros for a number, and return it as a Float32Array or Int32Array that can be
 * read and written. `release(mark)` frees all arrays that were made after `mark()`. Then
 *
 * - `dense(rows, columns, W, x, y)` computes y = W x,
 * - `csr(rows, starts, columns, values, x, y)` the same for `sparseRows(…)`,
 * - `blocks(rows, starts, columns, values, x, y)` for 4 × 1 blocks, `sparseBlocks(…)`,
 * - `conv`, `csrConv`, `pool`, and `activate` are as in kernels.wat.
 */
export async function loadKernels(bytes, megabytes = 8) {
  const { instance } = await WebAssembly.instantiate(bytes);
  const { memory, ...run } = instance.exports;
  memory.grow(16 * megabytes);
  let end = 0;
  const array = (Kind) => (values) => {
    const length = values.length ?? values;
    const start = end;
    // whole vectors are read and written, also at the end of an array
    end += 16 * Math.ceil(length / 4);
    if (end > memory.buffer.byteLength) {
      throw new RangeError(`megabytes must suffice for all arrays, got ${megabytes}`);
    }
    const made = new Kind(memory.buffer, start, length);
    if (values.length === undefined) made.fill(0);
    else made.set(values);
    return made;
  };
  const at = (view) => view.byteOffset;
  return {
    floats: array(Float32Array),
    integers: array(Int32Array),
    mark: () => end,
    release: (mark) => { end = mark; },
    dense: (rows, columns, W, x, y) => run.dense(rows, columns, at(W), at(x), at(y)),
    csr: (rows, starts, columns, values, x, y) =>
      run.csr(rows, at(starts), at(columns), at(values), at(x), at(y)),
    blocks: (rows, starts, columns, values, x, y) =>
      run.blocks((rows + 3) >> 2, at(starts), at(columns), at(values), at(x), at(y)),
    conv: (filters, n, offsets, W, across, height, width, x, y) =>
      run.conv(filters, n, at(offsets), at(W), across, height, width, at(x), at(y)),
    csrConv: (filters, starts, offsets, values, across, height, width, x, y) =>
      run.csrConv(
        filters, at(starts), at(offsets), at(values), across, height, width, at(x), at(y),
      ),
    pool: (filters, height, width, bias, y, z) =>
      run.pool(filters, height, width, at(bias), at(y), at(z)),
    activate: (n, bias, least, y) => run.activate(n, at(bias), least, at(y)),
  };
}

/** Return starts, columns, and values of the nonzeros of W, a flat (rows, columns). */
export function sparseRows(W, rows, columns) {
  return sparse(W, rows, columns, 1);
}

/**
 * The same for blocks of four rows and one column that are not all zero, four values each.
 * The result y of `blocks` needs room for rows rounded up to a multiple of four.
 */
export function sparseBlocks(W, rows, columns) {
  return sparse(W, rows, columns, 4);
}

function sparse(W, rows, columns, height) {
  const starts = [0], found = [], values = [];
  for (let i = 0; i < rows; i += height) {
    for (let j = 0; j < columns; j += 1) {
      let some = false;
      for (let k = i; k < Math.min(i + height, rows); k += 1) some ||= W[k * columns + j] !== 0;
      if (!some) continue;
      found.push(j);
      for (let k = i; k < i + height; k += 1) values.push(k < rows ? W[k * columns + j] : 0);
    }
    starts.push(found.length);
  }
  return { starts, columns: found, values };
}
