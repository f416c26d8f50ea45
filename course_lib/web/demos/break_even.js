// A break-even map: where sparse kernels overtake the dense one, in this browser.

import { button, count, h, readout } from "../dom.js";
import { loadKernels, sparseBlocks, sparseRows } from "../digit/kernels.js";
import { timeTurns } from "../digit/timing.js";
import { asFixed, asGeneral } from "../format.js";
import { table } from "./table.js";

const EVEN_MEGABYTES = 24; // the largest layer, dense and in both sparse forms
const EVEN_SAMPLES = 5;

/** Return a flat (rows, columns) that keeps a share of its blocks of some height, at random. */
export function evenMatrix(rows, columns, density, height) {
  const W = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += height) {
    for (let column = 0; column < columns; column += 1) {
      if (Math.random() >= density) continue;
      for (let i = row; i < Math.min(row + height, rows); i += 1) W[i * columns + column] = 1;
    }
  }
  return W;
}

/**
 * Time one vector by every kernel. Returns speedups over the dense kernel, `[form][size]
 * [density]`, CSR first and then 4 × 1 blocks; `told(share, speedups)` sees them grow.
 */
export async function evenMeasured({ kernels, sizes, densities }, told = () => {}) {
  const bytes = Uint8Array.from(atob(kernels), (letter) => letter.charCodeAt(0));
  const run = await loadKernels(bytes, EVEN_MEGABYTES);
  const found = [[], []];
  for (const [size, [rows, columns]] of sizes.entries()) {
    for (const form of found) form.push([]);
    for (const density of densities) {
      const mark = run.mark();
      const [x, y] = [run.floats(columns), run.floats(rows + 3)];
      const W = run.floats(rows * columns);
      W.fill(1);
      x.fill(1);
      const products = [[sparseRows, 1, run.csr], [sparseBlocks, 4, run.blocks]]
        .map(([compressed, height, product]) => {
          const kept = evenMatrix(rows, columns, density, height);
          const lists = compressed(kept, rows, columns);
          const [starts, places] = [lists.starts, lists.columns].map(run.integers);
          const values = run.floats(lists.values);
          return () => product(rows, starts, places, values, x, y);
        });
      const dense = () => run.dense(rows, columns, W, x, y);
      const times = await timeTurns([dense, ...products], undefined, EVEN_SAMPLES);
      // interference only slows a sample down
      const [slow, ...fast] = times.map((samples) => Math.min(...samples));
      fast.forEach((time, form) => found[form][size].push(slow / time));
      run.release(mark);
      const done = size * densities.length + found[0][size].length;
      told(done / (sizes.length * densities.length), found);
    }
  }
  return found;
}

/** Return the densities up to which each form is faster than dense, as text. */
export function evenSentence({ forms, sizes, densities }, speedups) {
  return forms.map((name, form) => {
    const ends = sizes.map(([rows, columns], size) => {
      const first = densities.findIndex((_, i) => speedups[form][size][i] >= 1);
      const end = first < 0 ? "never" : `up to ${asGeneral(100 * densities[first])}%`;
      return `${end} (${rows} × ${columns})`;
    });
    return `${name} beat the dense kernel ${ends.join(", ")}`;
  }).join("; ");
}

export function breakEven({ model, el }) {
  const data = model.get("data");
  const line = readout();
  const [told, grids] = [count(), h("div")];
  const measure = button("measure in this browser", async () => {
    measure.disabled = true;
    const found = await evenMeasured(data, (share, some) => {
      told.textContent = `measuring … ${asFixed(100 * share)}%`;
      grids.replaceChildren(...evenGrids(data, some));
    });
    line.textContent = `In this browser, by share of weights kept: ${evenSentence(data, found)}.`;
    told.textContent = data.note;
    measure.disabled = false;
  }, { primary: true });
  line.textContent = "On the machine that built this page, by share of weights kept: "
    + `${evenSentence(data, data.built)}.`;
  grids.replaceChildren(...evenGrids(data, null));
  el.append(line, measure, told, grids, count(data.measured));
}

/** Return a table per form: how many times as fast as dense, here and there. */
function evenGrids(data, here) {
  const cell = (speedup) => (speedup === undefined ? "–"
    : h(speedup >= 1 ? "strong" : "span", {}, `${asFixed(speedup, 2)}×`));
  const head = ["weights kept", ...data.densities.map((share) => `${asGeneral(100 * share)}%`)];
  return data.forms.flatMap((name, form) => [
    h("p", {}, h("strong", {}, name), ": times as fast as dense; bold where it is faster"),
    table(name, head, data.sizes.flatMap(([rows, columns], size) => (
      [["here", here?.[form][size] ?? []], ["our machine", data.built[form][size]]]
        .map(([where, row]) => (
          [`${rows} × ${columns}, ${where}`, ...data.densities.map((_, i) => cell(row[i]))]))))),
  ]);
}
