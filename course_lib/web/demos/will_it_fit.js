// Demo of chapter 00: does a pruned model fit a phone, a laptop or a server?

import { h, prose, readout } from "../dom.js";
import { asFixed, asGrouped, inBytes, inTime } from "../format.js";
import { bars, chart, GONE, inWords, KEPT, text } from "./chart.js";
import { demoControls, optionsOf } from "./controls.js";

export function willItFit({ model, el }) {
  const data = model.get("data");
  const line = readout();
  const picture = chart(342, { role: "img" });
  const declared = [...data.controls, ...data.assumed];
  const { rows } = demoControls(model, "will-it-fit", declared, (state) => {
    const found = fitOutcome(data, state);
    if (!found.refusal) fitDraw(picture, data, state, found);
    line.textContent = fitSentence(data, state, found);
  });
  const back = rows.pop();
  const chosen = rows.splice(0, data.controls.length);
  const unpack = rows.pop();
  const numbers = h("div", { class: "course-numbers" }, ...rows);
  el.append(...chosen, back, line, picture, prose(data.heading), numbers, unpack);
}

/**
 * Return what a model needs and costs, as `will_it_fit.compute` does, or `{refusal}`.
 * A state has `weights`, `bits`, `sparsity`, `format`, all assumed numbers, `unpack`.
 */
function fitOutcome(data, state) {
  const wrong = data.limits.find(([name, least, most]) => (
    !(state[name] >= least && state[name] <= most)));
  if (wrong) return { refusal: wrong[3] };
  const [, bits, sparsity] = optionsOf(data.controls, state);
  const matrices = state.weights / data.positions;
  const files = Object.fromEntries(Object.entries(data.parts).map(([name, part]) => (
    [name, part[bits][sparsity] * matrices])));
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
export function fitSentence(data, state, found = fitOutcome(data, state)) {
  if (found.refusal) return found.refusal;
  const places = optionsOf(data.controls, state);
  const [weights, bits, sparsity, format] = places.map((at, i) => data.controls[i][3][at][0]);
  const size = found.files[state.format];
  const dense = found.files[data.dense];
  const against = size === dense ? "as large as before"
    : `${asFixed((100 * size) / dense, 1)}% of the ${inBytes(dense)} before`;
  const rooms = found.rooms.map(([name, room]) =>
    `${name}: ${fitWord(found.memory, room)} in ${inBytes(room)}`);
  return `${weights} weights of ${bits} bits, ${sparsity} of them removed, stored as ${format} · `
    + `file: ${inBytes(size)}, ${against} · to run: ${inBytes(found.memory)} of memory · `
    + `${rooms.join(" · ")} · one download: ${inTime(found.seconds)} · `
    + `${asGrouped(data.downloads)} downloads: ${asFixed(found.sending, 2)} · memory for a `
    + `month: ${asFixed(found.holding, 2)}`;
}

function fitWord(memory, room) {
  return memory <= room ? "fits" : "does not fit";
}

function fitDraw(picture, data, state, { files, memory, rooms }) {
  const options = data.controls[3][3];
  const formats = options.map(([label, name]) => ({
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
  const titles = [data.titles[0], `${inBytes(memory)} ${data.titles[1]}`];
  picture.replaceChildren(
    text(0, 14, titles[0], { class: "course-title" }),
    ...bars(23, formats, Math.max(...Object.values(files))),
    text(0, 208, titles[1], { class: "course-title" }),
    ...bars(217, devices, Math.max(memory, ...rooms.map(([, room]) => room))),
  );
  const [chosen] = options.find(([, name]) => name === state.format);
  picture.setAttribute("aria-label", `Bars. ${titles[0]}: ${inWords(formats)}; chosen: `
    + `${chosen}. ${titles[1]}: ${inWords(devices)}.`);
}
