// Chapter 04's demo: six patterns prune one layer – which is faster? A guess comes first.

import { button, choice, count, drawing, h, menu, prose, readout, s, slider } from "../dom.js";
import { asFixed, asGeneral, asGrouped } from "../format.js";
import { positions } from "../positions.js";
import { denseProduct, sparseProduct, timedInTurn } from "./products.js";
import { hatched } from "../bars.js";
import { measuredOn } from "./machine.js";

const FASTER_NONE = "none of them";
const FASTER_ALL = "all six";
const FASTER_SURE = Array.from({ length: 11 }, (_, i) => [`${10 * i} %`, 10 * i]);
const FASTER_CELLS = 32; // rows and columns of a close-up, and of the blocks

/** Return the counts of a pattern, as `patterns.compute` of the notebook does. */
export function fasterOutcome(data, { share, kernel, pattern }) {
  const state = data.states[pattern][data.ratios.indexOf(share)];
  const size = data.side ** 2;
  const useful = data.batch * state.kept;
  return {
    ...state, size, useful,
    removed: 100 * (1 - state.kept / size),
    macs: kernel === "dense" ? data.batch * state.rows * data.side : useful,
    race: data.race[kernel][data.ratios.indexOf(share)],
  };
}

function fasterTimes(data, race, pattern) {
  return race[data.whole] / race[pattern];
}

/** Return one pattern's figures as text for the readout. */
export function fasterSentence(data, state) {
  const out = fasterOutcome(data, state);
  return `${state.pattern}, ${asFixed(out.removed, 1)} % removed, ${state.kernel} kernel: `
    + `${asGrouped(out.kept)} of ${asGrouped(out.size)} weights left · ${asGrouped(out.bytes)} bytes `
    + `(${out.as}) instead of ${asGrouped(4 * out.size)} · ${asGrouped(out.macs)} MACs, `
    + `${asGrouped(out.useful)} of them useful · `
    + `${asFixed(fasterTimes(data, out.race, state.pattern), 2)} times as fast as the whole layer`;
}

/** Return the readout before a guess. */
export function fasterBefore(data, { share, kernel, pattern }) {
  return `${pattern}, ${asGeneral(100 * share)} % to remove, ${kernel} kernel: 0 of `
    + `${data.meanings.length} patterns measured. Commit to a guess first.`;
}

/** Return the rows of the table: each pattern, then the whole layer. */
export function fasterRows(data, state) {
  const rows = data.meanings.map(([pattern]) => {
    const out = fasterOutcome(data, { ...state, pattern });
    return [
      pattern === state.pattern ? `→ ${pattern}` : pattern, `${asFixed(out.removed, 1)} %`,
      asGrouped(out.bytes), out.as, asGrouped(out.macs), asGrouped(out.useful),
      asFixed(out.race[pattern], 3), asFixed(fasterTimes(data, out.race, pattern), 2),
    ];
  });
  const size = data.side ** 2;
  const macs = asGrouped(data.batch * size);
  const ms = fasterOutcome(data, state).race[data.whole];
  return [...rows, [
    data.whole, "0.0 %", asGrouped(4 * size), "dense", macs, macs, asFixed(ms, 3), "1.00",
  ]];
}

/** Return the guess, the measurement, and an explanation; bold is between asterisks. */
export function fasterVerdict(data, state, guess, sure) {
  const names = data.meanings.map(([name]) => name);
  const out = fasterOutcome(data, { ...state, pattern: "unstructured" });
  const won = names.filter((name) => fasterTimes(data, out.race, name) >= data.faster);
  const holds = guess === FASTER_NONE ? won.length === 0
    : guess === FASTER_ALL ? won.length === names.length : won.includes(guess);
  const price = out.race.unstructured / out.macs / (out.race[data.whole] / (data.batch * out.size));
  const why = state.kernel === "dense" ? data.whyDense
    : "The sparse kernel skips zeros but has to find each weight: one of its MACs (unstructured) "
      + `took ${asFixed(price, 1)} times as long as one of the dense kernel’s. For this kernel, `
      + "outputs that are cut out and outputs of zeros are alike.";
  return `**Your guess: ${guess}, ${sure} % sure.** At least a quarter faster: `
    + `**${won.join(", ") || FASTER_NONE}**. Your guess was ${holds ? "right" : "wrong"}. ${why}`;
}

export function whichFaster({ model, el }) {
  const data = model.get("data");
  const look = hatched({ kept: ["var(--kept)", ""], zero: ["var(--field)", ""],
    "cut out": ["var(--gone)", "/"] });
  const answered = new Map(); // the guesses that this visit committed to
  const line = readout();
  const beside = h("p", { "aria-live": "polite" });
  const revealed = h("div");
  const kept = positions(model, data.question, show);
  const { start } = data;
  const controls = {
    share: slider("share to remove", data.ratios.map((ratio) => [`${asGeneral(100 * ratio)} %`, ratio]),
      start.share, kept.moved("share")),
    kernel: choice("kernel", data.kernels.map((name) => [name, name]), start.kernel,
      kept.moved("kernel")),
    pattern: menu("pattern to look at", data.meanings.map(([name]) => [name, name]), start.pattern,
      kept.moved("pattern")),
  };
  const chosen = () => kept.moved(fasterName(data, state()))([form.guess, form.sure]);
  const form = fasterForm(data, chosen, () => {
    const now = state();
    answered.set(fasterName(data, now), [form.guess, form.sure]);
    model.send({
      kind: "answer", name: fasterName(data, now),
      value: { answer: form.guess, confidence: form.sure },
    });
    show();
  });
  let asked = "";

  function state() {
    return {
      share: controls.share.value, kernel: controls.kernel.value, pattern: controls.pattern.value,
    };
  }

  function show() {
    const now = state();
    const name = fasterName(data, now);
    const guessed = answered.get(name);
    const asking = `${name} ${guessed}`;
    if (asking !== asked) ask(name, guessed); // else the form would lose a choice
    asked = asking;
    line.textContent = guessed ? fasterSentence(data, now) : fasterBefore(data, now);
    revealed.replaceChildren(...guessed ? fasterRevealed(data, now, look) : []);
  }

  /** Ask about a new share or kernel, unless it was answered on this visit. */
  function ask(name, guessed) {
    const earlier = guessed ? null : fasterEarlier(model, data, name);
    const [guess, sure] = guessed ?? earlier.start;
    form.set(guess, sure, Boolean(guessed));
    beside.replaceChildren(...fasterBold(
      guessed ? fasterVerdict(data, state(), guess, sure) : earlier.words,
    ));
  }

  const explained = fasterMeanings(data, look);
  const back = kept.restored(controls);
  el.append(
    prose(data.task), explained, controls.share, controls.kernel, back, form.box, beside,
    controls.pattern, line, revealed,
  );
}

function fasterName(data, { share, kernel }) {
  return `${data.question}-${asFixed(100 * share)}-${kernel}`;
}

/** Return what was chosen or guessed before, and a word about it. */
function fasterEarlier(model, data, name) {
  const records = model.get("records");
  const answer = records.filter((one) => one.kind === "answer" && one.name === name).at(-1)?.value;
  const left = records
    .find((one) => one.kind === "control" && one.id === `${data.question}/${name}`)?.value;
  const found = { start: [null, 50], words: "" };
  if (data.guesses.includes(answer?.answer)) {
    const sure = answer.confidence ?? 50;
    found.words = `Earlier you guessed **${answer.answer}**, ${sure} % sure. Commit to it again, or `
      + "change it first.";
    found.start = [answer.answer, 10 * Math.round(sure / 10)];
  }
  if (Array.isArray(left) && data.guesses.includes(left[0])) found.start = left;
  return found;
}

/** Return `{box, guess, sure, set(guess, sure, locked)}`: a guess, and a button. */
function fasterForm(data, onchange, oncommit) {
  const hint = count();
  const guess = choice("your guess", data.guesses.map((name) => [name, name]), null, onchange);
  const sure = slider("how sure", FASTER_SURE, 50, onchange);
  const commit = button("commit", () => {
    hint.textContent = guess.value === null ? "Choose first, then commit." : "";
    if (guess.value !== null) oncommit();
  }, { primary: true });
  const box = h("fieldset", { class: "course-plain" }, guess, sure, commit, hint);
  return {
    box,
    get guess() { return guess.value; },
    get sure() { return sure.value; },
    set(name, percent, locked) {
      guess.value = name;
      sure.value = percent;
      box.disabled = locked;
    },
  };
}

function fasterBold(text) {
  return text.split("**").map((part, i) => (i % 2 ? h("strong", {}, part) : part));
}

function fasterRevealed(data, state, look) {
  const head = ["pattern", "removed", "bytes", "stored as", "MACs done", "useful", "ms",
    "times as fast"];
  const rows = fasterRows(data, state);
  const table = h("table", {},
    h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map(([name, ...cells]) => h("tr", {},
      h("th", { scope: "row" }, name), cells.map((cell) => h("td", {}, cell))))));
  return [
    fasterLayer(data, state, look),
    h("div", { class: "course-table", tabindex: 0, role: "region", "aria-label": "all six patterns" },
      table),
    prose(data.caption), count(`Measured on ${measuredOn(data.machine)}.`),
    fasterHere(data, state),
  ];
}

/** Return a button that times products in this browser, and what it found. */
function fasterHere(data, state) {
  const told = count();
  const found = h("div");
  const measure = button("measure in this browser", async () => {
    measure.disabled = true;
    const calls = fasterProducts(data, state);
    const times = await timedInTurn(calls, (share) => {
      told.textContent = `measuring… ${asFixed(100 * share)} %`;
    });
    const whole = times[Object.keys(calls)[0]].median;
    const head = ["product with one vector", "µs", "fastest to slowest", "times as fast"];
    found.replaceChildren(h("table", {},
      h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, Object.entries(times).map(([name, time]) => h("tr", {},
        h("th", { scope: "row" }, name), h("td", {}, asFixed(1e3 * time.median)),
        h("td", {}, `${asFixed(1e3 * time.low)} to ${asFixed(1e3 * time.high)}`),
        h("td", {}, asFixed(whole / time.median, 2)))))));
    const runs = Math.min(...Object.values(times).map((time) => time.runs));
    told.textContent = "Measured here, now: loops in JavaScript on one thread and one vector at a "
      + `time, medians of 7 samples of at least ${runs} runs. This is not the kernel of the table `
      + "above, which multiplies a batch.";
    measure.disabled = false;
    measure.textContent = "measure again";
  });
  return h("div", { class: "course-card" }, measure, told,
    h("div", { class: "course-table" }, found));
}

/** Return calls that multiply a vector: dense, by CSR, and as a smaller dense layer. */
export function fasterProducts(data, state) {
  const { side } = data;
  const out = fasterOutcome(data, state);
  const [x, y] = [new Float32Array(side).fill(1), new Float32Array(side)];
  const masked = fasterWeights(data, state);
  const rows = Math.max(1, Math.round(out.kept / side));
  const small = new Float32Array(rows * side).fill(0.5);
  const products = {
    "whole layer, dense": denseProduct(masked, side, side),
    [`${state.pattern}, CSR`]: sparseProduct(masked, side, side),
    [`${rows} × ${side}, dense`]: denseProduct(small, rows, side),
  };
  return Object.fromEntries(Object.entries(products)
    .map(([name, product]) => [name, () => product(x, y)]));
}

/** Return weights with zeros where the pattern removes; unstructured ones at random. */
export function fasterWeights(data, state) {
  const { side } = data;
  const out = fasterOutcome(data, state);
  const weights = new Float32Array(side * side);
  const rowStays = out.wholeRows && fasterBits(out.wholeRows);
  const blockStays = out.wholeBlocks && fasterBits(out.wholeBlocks);
  const block = side / FASTER_CELLS;
  let seed = 1;
  let left = out.kept;
  for (let at = 0; at < weights.length; at += 1) {
    const [row, column] = [Math.floor(at / side), at % side];
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    let stays;
    if (rowStays) stays = rowStays[row];
    else if (blockStays) {
      stays = blockStays[Math.floor(row / block) * FASTER_CELLS + Math.floor(column / block)];
    } else if (state.pattern === "2:4") stays = (at + (at >> 2)) % 2;
    else stays = seed / 2 ** 32 < left / (weights.length - at); // as many as the mask keeps
    left -= stays ? 1 : 0;
    weights[at] = stays ? 0.5 + seed / 2 ** 33 : 0;
  }
  return weights;
}

/** Draw what each pattern does to a small matrix. */
function fasterMeanings(data, look) {
  const panels = data.meanings.map(([name, words, bits]) => {
    const cut = data.cut.includes(name);
    return drawing(130, 176, `${name}: ${words.join(" ")}`, look.defs(),
      s("text", { x: 65, y: 14, "text-anchor": "middle", "font-weight": "bold" }, name),
      fasterMask(fasterBits(bits), 8, { x: 10, y: 22, side: 110 }, cut, look),
      words.map((text, i) => s("text", { x: 65, y: 150 + 16 * i, "text-anchor": "middle" }, text)));
  });
  return h("div", {}, h("div", { class: "course-panels course-small" }, panels),
    look.legend(["kept", "zero", "cut out"]));
}

/** Draw the layer's mask, a close-up, and the shapes that a dense product multiplies. */
function fasterLayer(data, state, look) {
  const out = fasterOutcome(data, state);
  const cut = data.cut.includes(state.pattern);
  const { side } = data;
  const box = { x: 10, y: 26, side: 200 };
  const panel = (title, words, ...children) => drawing(220, 250, `${title}: ${words}`, look.defs(),
    s("text", { x: 110, y: 16, "text-anchor": "middle" }, title), children,
    s("text", { x: 110, y: 244, "text-anchor": "middle" }, words));
  const share = out.rows / side;
  return h("div", { class: "course-panels" },
    panel(`${state.pattern}: ${asGrouped(out.kept)} left`, `${side} outputs × ${side} inputs`,
      fasterOverview(out, box, cut, look)),
    panel(`${FASTER_CELLS} × ${FASTER_CELLS} of them, close up`,
      `from row ${out.from[0]}, column ${out.from[1]}`,
      fasterMask(fasterBits(out.closeUp), FASTER_CELLS, box, cut, look)),
    panel("a dense product multiplies", `this layer: ${out.rows} × ${side}`,
      fasterShape(box, 1, share, look)),
    panel("and after it", `the next layer: ${out.rows} columns`, fasterShape(box, share, 1, look)));
}

/** Draw a mask of square cells; with `cut`, rows that keep nothing are cut out. */
function fasterMask(bits, cells, { x, y, side }, cut, look) {
  const each = side / cells;
  let [stays, gone] = ["", ""];
  for (let row = 0; row < cells; row += 1) {
    const kept = bits.slice(row * cells, (row + 1) * cells);
    if (cut && !kept.some(Boolean)) gone += `M0 ${row}h${cells}v1h-${cells}z`;
    kept.forEach((one, column) => { if (one) stays += `M${column} ${row}h1v1h-1z`; });
  }
  const lines = Array.from({ length: cells - 1 }, (_, i) => (
    `M${i + 1} 0v${cells}M0 ${i + 1}h${cells}`)).join("");
  return fasterFrame(x, y, side, look, s("g", { transform: `translate(${x} ${y}) scale(${each})` },
    s("path", { d: stays, fill: "var(--kept)" }),
    s("path", { d: lines, stroke: "var(--line)", "stroke-width": 0.4 / each, fill: "none" })),
  fasterCut(gone, x, y, each, look));
}

/** Draw the whole mask: rows or blocks where they stay as a whole, else the share kept. */
function fasterOverview(out, { x, y, side }, cut, look) {
  const whole = out.wholeRows ?? out.wholeBlocks;
  const even = s("rect", {
    x, y, width: side, height: side, fill: "var(--kept)", "fill-opacity": out.kept / out.size,
  });
  if (!whole) return fasterFrame(x, y, side, look, even);
  const bits = fasterBits(whole);
  const across = out.wholeRows ? 1 : FASTER_CELLS;
  const down = bits.length / across;
  let [stays, gone] = ["", ""];
  bits.forEach((one, i) => {
    const cell = `M${i % across} ${Math.floor(i / across)}h1v1h-1z`;
    if (one) stays += cell;
    else if (cut) gone += cell;
  });
  const transform = `translate(${x} ${y}) scale(${side / across} ${side / down})`;
  return fasterFrame(x, y, side, look,
    s("path", { d: gone, transform, fill: "var(--gone)", "fill-opacity": 0.5 }),
    s("path", { d: stays, transform, fill: "var(--kept)" }));
}

function fasterCut(d, x, y, each, look) {
  const scaled = d.replace(/-?\d+(\.\d+)?/g, (number) => number * each);
  return s("path", { d: scaled, transform: `translate(${x} ${y})`, fill: look.fill("cut out") });
}

function fasterFrame(x, y, side, look, ...children) {
  return [
    s("rect", { x, y, width: side, height: side, fill: look.fill("zero") }), ...children,
    s("rect", { x, y, width: side, height: side, fill: "none", stroke: "var(--line)" }),
  ];
}

function fasterShape({ x, y, side }, width, height, look) {
  return [
    s("rect", { x, y, width: width * side, height: height * side, fill: look.fill("kept") }),
    s("rect", {
      x, y, width: side, height: side, fill: "none", stroke: "var(--line)", "stroke-dasharray": "5 3",
    }),
  ];
}

/** Return the bits that the build packed, the first one first. */
function fasterBits(text) {
  return [...atob(text)].flatMap((one) => (
    [...one.charCodeAt(0).toString(2).padStart(8, "0")].map(Number)));
}
