// Demo of chapter 00: does a pruned model fit a phone, a laptop or a server?

import { choice, h, numberField, readout, slider, tick } from "../dom.js";
import { asFixed, asFloat, asGeneral, asGrouped, inBytes, inTime } from "../format.js";
import { positions } from "../positions.js";
import { bars, chart, GONE, inWords, KEPT, text } from "./chart.js";

export function willItFit({ model, el }) {
  const data = model.get("data");
  const shown = positions(model, "will-it-fit", () => draw());
  const [weights, bits, sparsity, format] = data.start;
  const chosen = {
    weights: slider("weights in the model", data.weights.map((x) => [fitCount(x), x]),
      weights, shown.moved("weights")),
    bits: slider("bits per weight", data.bits.map((x) => [`${x}`, x]),
      bits, shown.moved("bits")),
    sparsity: slider("weights removed",
      data.sparsities.map((x) => [`${asGeneral(100 * x)} %`, x]),
      sparsity, shown.moved("sparsity")),
    format: choice("stored as", data.formats.map(([name, label]) => [label, name]),
      format, shown.moved("format")),
  };
  const numbers = Object.fromEntries(data.numbers.map(([name, label, value]) =>
    [name, numberField(label, value, shown.moved(name))]));
  const unpack = tick(...data.unpack, shown.moved("unpack"));
  const controls = { ...chosen, ...numbers, unpack };
  const line = readout();
  const picture = chart(342, { role: "img" });

  function draw() {
    const state = Object.fromEntries(
      Object.entries(controls).map(([name, one]) => [name, one.value]));
    const found = fitOutcome(data, state);
    if (!found.error) fitDraw(picture, data, state, found);
    line.textContent = fitSentence(data, state);
  }

  const back = shown.restored(controls);
  const heading = h("p", {}, h("strong", {}, "Assumptions"),
    ", not facts – type your own; prices in your currency:");
  const assumed = h("div", { class: "course-numbers" }, ...Object.values(numbers));
  el.append(...Object.values(chosen), back, line, picture, heading, assumed, unpack);
}

/**
 * Return what a model needs and costs, as `will_it_fit.compute` does, or `{error}`.
 * A state has `weights`, `bits`, `sparsity`, `format`, all assumed numbers, `unpack`.
 */
function fitOutcome(data, state) {
  const wrong = data.numbers.find(([name]) => !(state[name] >= 0 && state[name] < Infinity));
  if (wrong) {
    const [name] = wrong;
    return { error: `${name} must be at least 0, got ${asFloat(state[name])}` };
  }
  if (state.share > 100 || !state.speed) {
    const given = `${asFloat(state.share)} and ${asFloat(state.speed)}`;
    return { error: `share must be at most 100 percent and speed above 0, got ${given}` };
  }
  const place = [data.bits.indexOf(state.bits), data.sparsities.indexOf(state.sparsity)];
  const matrices = state.weights / data.positions;
  const files = Object.fromEntries(data.formats.map(([name]) =>
    [name, data.parts[name][place[0]][place[1]] * matrices]));
  const size = files[state.format];
  const unpacked = state.unpack && data.packed.includes(state.format);
  // in the order of Python's operations: another one rounds elsewhere
  const memory = (unpacked ? files[data.dense] : size) * (1 + state.working / 100);
  return {
    files, memory,
    rooms: data.devices.map((name) => [name, (1e9 * state[name] * state.share) / 100]),
    seconds: (8 * size) / (1e6 * state.speed),
    sending: ((data.downloads * size) / 1e9) * state.sending,
    holding: (memory / 1e9) * state.holding,
  };
}

/** Return the readout's sentence, as `will_it_fit.Outcome.sentence` does. */
export function fitSentence(data, state) {
  const found = fitOutcome(data, state);
  if (found.error) return `Not computed: ${found.error}.`;
  const size = found.files[state.format];
  const dense = found.files[data.dense];
  const against = size === dense ? "as large as before"
    : `${asFixed((100 * size) / dense, 1)} % of the ${inBytes(dense)} before`;
  const rooms = found.rooms.map(([name, room]) =>
    `${name}: ${fitWord(found.memory, room)} in ${inBytes(room)}`);
  return `${fitCount(state.weights)} weights of ${state.bits} bits, `
    + `${asGeneral(100 * state.sparsity)} % of them removed, stored as `
    + `${fitLabel(data, state.format)} · file: ${inBytes(size)}, ${against} · `
    + `to run: ${inBytes(found.memory)} of memory · ${rooms.join(" · ")} · `
    + `one download: ${inTime(found.seconds)} · ${asGrouped(data.downloads)} downloads: `
    + `${asFixed(found.sending, 2)} · memory for a month: ${asFixed(found.holding, 2)}`;
}

/** Return a number of weights in words, as `assumptions.count` does. */
function fitCount(weights) {
  const units = [[1e9, "billion"], [1e6, "million"], [1e3, "thousand"]];
  const [unit, name] = units.find(([least]) => weights >= least);
  return `${asGeneral(weights / unit)} ${name}`;
}

function fitLabel(data, format) {
  return data.formats.find(([name]) => name === format)[1];
}

function fitWord(memory, room) {
  return memory <= room ? "fits" : "does not fit";
}

function fitDraw(picture, data, state, { files, memory, rooms }) {
  const formats = data.formats.map(([name, label]) => ({
    label: `${label}: ${inBytes(files[name])}`,
    value: files[name],
    fill: name === state.format ? KEPT : undefined,
    bold: name === state.format,
  }));
  const devices = rooms.map(([name, room]) => ({
    label: `${name}, ${inBytes(room)}: ${fitWord(memory, room)}`,
    value: memory,
    fill: memory <= room ? KEPT : GONE,
    frame: room,
  }));
  const titles = [
    "The file, stored as", `${inBytes(memory)} to run, in the room there is (frame)`,
  ];
  picture.replaceChildren(
    text(0, 14, titles[0], { class: "course-title" }),
    ...bars(23, formats, Math.max(...Object.values(files))),
    text(0, 208, titles[1], { class: "course-title" }),
    ...bars(217, devices, Math.max(memory, ...rooms.map(([, room]) => room))),
  );
  picture.setAttribute("aria-label", `Bars. ${titles[0]}: ${inWords(formats)}; chosen: `
    + `${fitLabel(data, state.format)}. ${titles[1]}: ${inWords(devices)}.`);
}
