// Chapter 05's demo: choose a format, and see which of its parts takes the bytes.

import { h, menu, readout, slider } from "../dom.js";
import { asFixed, asGeneral, asGrouped } from "../format.js";
import { positions } from "../positions.js";
import { hatched, stackedBars } from "./bars.js";

const STORAGE_FLOAT32 = 32; // any other number of bits implies a codebook
const STORAGE_LOOKS = {
  values: ["var(--kept)", ""],
  index: ["var(--gone)", "/"],
  "row starts": ["var(--third)", "."],
  fillers: ["var(--soft)", "x"],
  codebook: ["#cc79a7", "\\"],
};

/** Return what `compute` of the notebook's demo does: sizes in bytes by part, limits. */
export function storageOutcome(data, { kept, index, values }) {
  const [p, format, width] = [
    data.densities.indexOf(kept),
    data.formats.findIndex(([, name]) => name === index),
    data.widths.findIndex(([, bits]) => bits === values),
  ];
  const names = [...data.parts[index], ...(values === STORAGE_FLOAT32 ? [] : ["codebook"])];
  const sizes = data.bytes[p][format][width];
  const left = data.kept[p];
  return {
    format: data.formats[format][0],
    width: data.widths[width][0],
    kept: left,
    parts: names.map((name, i) => [name, sizes[i]]),
    total: sizes.reduce((sum, size) => sum + size, 0),
    limit: [["values", left * values / 8], ["index", data.limit[p]]],
    rowBits: data.rows[p],
    columnBits: data.columns[p],
  };
}

/** Return the numbers as text, as the notebook's readout displays them. */
export function storageSentence(data, state) {
  const out = storageOutcome(data, state);
  const sizes = Object.fromEntries(out.parts);
  const parts = out.parts.map(([name, size]) => `${asGrouped(size)} ${name}`).join(" + ");
  const limit = out.limit[0][1] + out.limit[1][1];
  const rest = out.total - sizes.values - (sizes.codebook ?? 0);
  const bits = (size) => asFixed(size / out.kept, 2);
  return `${asGrouped(out.kept)} of ${asGrouped(data.positions)} weights kept · `
    + `${out.format}, ${out.width}: ${parts} = ${asGrouped(out.total)} bytes, `
    + `${storageAgainst(out.total, data.dense)} · entropy limit: ${asGrouped(limit)} bytes; `
    + `the file takes ${asFixed(out.total / limit, 2)} times that · storing which weights are `
    + `kept takes ${bits(8 * rest)} bits per kept weight; the limit is `
    + `${bits(8 * out.limit[1][1])} for independent positions, ${bits(out.rowBits)} given the `
    + `density of each row, and ${bits(out.columnBits)} given that of each column`;
}

function storageAgainst(total, dense) {
  if (Math.abs(total - dense) <= 1e-9 * Math.max(total, dense)) {
    return `the same as dense float32 (${asGrouped(dense)})`;
  }
  const word = total > dense ? "more" : "fewer";
  return `${asGrouped(Math.abs(total - dense))} ${word} than dense (${asGrouped(dense)})`;
}

export function storageExplorer({ model, el }) {
  const data = model.get("data");
  const look = hatched(STORAGE_LOOKS);
  const line = readout();
  const picture = h("div", { class: "course-narrow" });
  const kept = positions(model, "storage-explorer", show);
  const densities = data.densities.map((value) => [`${asGeneral(100 * value)} %`, value]);
  const { start } = data;
  const controls = {
    kept: slider("weights kept", densities, start.kept, kept.moved("kept")),
    index: menu("index", data.formats, start.index, kept.moved("index")),
    values: slider("values", data.widths, start.values, kept.moved("values")),
  };

  function show() {
    const state = {
      kept: controls.kept.value, index: controls.index.value, values: controls.values.value,
    };
    line.textContent = storageSentence(data, state);
    picture.replaceChildren(...storagePicture(data, look, storageOutcome(data, state)));
  }

  const back = kept.restored(controls);
  el.append(...Object.values(controls), back, line, look.defs, picture);
}

function storagePicture(data, look, out) {
  const limit = out.limit[0][1] + out.limit[1][1];
  const reach = Math.max(Math.min(1.5 * out.total, data.dense), out.total, limit);
  const named = [
    ["dense, float32", [["values", data.dense]], data.dense],
    [`${out.format}, ${out.width}`, out.parts, out.total],
    ["entropy limit for this mask", out.limit, limit],
  ];
  const rows = named.map(([label, parts, total]) => ({
    label, parts, end: `${asGrouped(total)}${total > reach ? " →" : ""}`,
  }));
  const alt = named.map(([label, parts, total]) => `${label}: ${asGrouped(total)} bytes, `
    + parts.map(([name, size]) => `${asGrouped(size)} ${name}`).join(", ")).join("; ");
  const used = Object.keys(STORAGE_LOOKS)
    .filter((name) => named.some(([, parts]) => parts.some(([one, size]) => one === name && size)));
  return [
    look.keys(used),
    h("p", { class: "course-count" }, "Dashed: the entropy limit."
      + (data.dense > reach ? " The arrow: that bar is longer." : "")),
    stackedBars(rows, look, { alt: `Bars in bytes. ${alt}.`, unit: "bytes", reach, mark: limit }),
  ];
}
