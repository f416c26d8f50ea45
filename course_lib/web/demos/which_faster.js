// Chapter 04's demo: six patterns prune one layer – which is faster? A guess comes first.

import { button, choice, count, h, menu, prose, readout, slider } from "../dom.js";
import { asFixed, asGeneral } from "../format.js";
import { positions } from "../positions.js";
import { hatched } from "./bars.js";
import { measuredOn } from "./machine.js";
import { table } from "./table.js";
import { fasterHere } from "./which_faster_here.js";
import { fasterLayer, fasterMeanings } from "./which_faster_figures.js";
import { fasterBefore, fasterRows, fasterSentence, fasterVerdict } from "./which_faster_words.js";

const FASTER_HEAD = [
  "pattern", "removed", "bytes", "stored as", "MACs done", "useful", "ms", "times as fast",
];
const FASTER_SURE = Array.from({ length: 11 }, (_, i) => [`${10 * i} %`, 10 * i]);

export function whichFaster({ model, el }) {
  const data = model.get("data");
  const look = hatched({ kept: ["var(--kept)", ""], "zero, in its place": ["var(--field)", ""],
    "cut out": ["var(--gone)", "/"] });
  const answered = new Map(); // the guesses that this visit committed to
  const line = readout();
  const beside = h("p", { "aria-live": "polite" });
  const revealed = h("div");
  const kept = positions(model, data.question, show);
  const shares = data.ratios.map((ratio) => [`${asGeneral(100 * ratio)} %`, ratio]);
  const kernels = data.kernels.map((name) => [name, name]);
  const patterns = data.meanings.map(([name]) => [name, name]);
  const { start } = data;
  const controls = {
    share: slider("share to remove", shares, start.share, kept.moved("share")),
    kernel: choice("kernel", kernels, start.kernel, kept.moved("kernel")),
    pattern: menu("pattern to look at", patterns, start.pattern, kept.moved("pattern")),
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
    found.words = `Earlier you guessed **${answer.answer}**, ${sure} % sure. `
      + "Commit to it again, or change it first.";
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
  return [
    fasterLayer(data, state, look),
    table("all six patterns", FASTER_HEAD, fasterRows(data, state)),
    prose(data.caption), count(`Measured on ${measuredOn(data.machine)}.`),
    fasterHere(data, state),
  ];
}
