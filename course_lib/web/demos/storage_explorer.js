// Chapter 05's demo: choose a format, and see which of its parts takes the bytes.

import { count, h, readout } from "../dom.js";
import { asFixed, asGrouped } from "../format.js";
import { hatched, stackedBars } from "./bars.js";
import { demoControls, optionsOf } from "./controls.js";

const STORAGE_FLOAT32 = 32; // any other number of bits implies a codebook
const STORAGE_LOOKS = {
  values: ["var(--kept)", ""],
  index: ["var(--gone)", "/"],
  "row starts": ["var(--third)", "."],
  fillers: ["var(--soft)", "x"],
  codebook: ["#cc79a7", ""],
};

/** Return the sizes in bytes by part, and limits, as the notebook's `compute` does. */
export function storageOutcome(data, state) {
  const { index, values } = state;
  const [p, format, width] = optionsOf(data.controls, state);
  const names = [...data.parts[index], ...(values === STORAGE_FLOAT32 ? [] : ["codebook"])];
  const sizes = data.bytes[p][format][width];
  const limit = [["values", data.kept[p] * values / 8], ["index", data.limit[p]]];
  return {
    name: `${data.controls[1][3][format][0]}, ${data.controls[2][3][width][0]}`,
    kept: data.kept[p],
    start: data.starts[p],
    end: data.ends[p],
    parts: names.map((name, i) => [name, sizes[i]]),
    total: sizes.reduce((sum, size) => sum + size, 0),
    limit,
    least: limit[0][1] + limit[1][1],
  };
}

/** Return the numbers as text, as the notebook's readout displays them. */
export function storageSentence(data, state) {
  const out = storageOutcome(data, state);
  const { total, least } = out;
  const { values, codebook = 0 } = Object.fromEntries(out.parts);
  return `${out.start} · ${out.name}: `
    + `${storageParts(out.parts, " + ")} = ${asGrouped(total)} bytes, `
    + `${storageAgainst(total, data.dense)} · entropy limit: ${asGrouped(least)} bytes; `
    + `the file takes ${asFixed(total / least, 2)} times that · storing which weights are `
    + `kept takes ${asFixed(8 * (total - values - codebook) / out.kept, 2)}${out.end}`;
}

function storageParts(parts, between) {
  return parts.map(([name, size]) => `${asGrouped(size)} ${name}`).join(between);
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
  const { rows } = demoControls(model, "storage-explorer", data.controls, (state) => {
    line.textContent = storageSentence(data, state);
    picture.replaceChildren(...storagePicture(data, look, storageOutcome(data, state)));
  });
  el.append(...rows, line, look.defs, picture);
}

function storagePicture(data, look, { name, parts, total, limit, least }) {
  const reach = Math.max(Math.min(1.5 * total, data.dense), total, least);
  const bars = [
    ["dense, float32", [["values", data.dense]], data.dense],
    [name, parts, total],
    ["entropy limit for this mask", limit, least],
  ];
  const rows = bars.map(([label, sizes, sum]) => (
    [label, sizes, `${asGrouped(sum)} bytes${sum > reach ? " →" : ""}`]));
  const alt = rows.map(([label, sizes, sum]) => `${label}: ${sum}, ${storageParts(sizes, ", ")}`);
  const arrow = data.dense > reach ? " An arrow marks a bar that is longer than shown." : "";
  return [
    look.keys(parts.filter(([, size]) => size).map(([part]) => part)),
    count(`Dashed: the entropy limit.${arrow}`),
    stackedBars(rows, look, reach, `Bars in bytes. ${alt.join("; ")}.`, least),
  ];
}
