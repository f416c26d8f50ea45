// Chapter 04's demo: six patterns prune one layer – which is faster? A guess comes first.

import { button, choice, count, h, prose, readout, slider } from "../dom.js";
import { asFixed, asGeneral } from "../format.js";
import { answersTo, keepAnswer, positionsOf } from "../parts/kept.js";
import { hatched } from "./bars.js";
import { demoControls } from "./controls.js";
import { table } from "./table.js";
import { fasterHere } from "./which_faster_here.js";
import { fasterLayer, fasterMeanings } from "./which_faster_figures.js";

const FASTER_LOOKS = {
  kept: ["var(--kept)", ""], "zero, in its place": ["var(--field)", ""],
  "cut out": ["var(--gone)", "/"],
};

/** Return what the build measured for a share and a kernel, in the notebook's words. */
export function fasterSaid(data, { share, kernel }) {
  return data.said[kernel][data.ratios.indexOf(share)];
}

/** Return the readout before a guess. */
export function fasterBefore(data, { share, kernel, pattern }) {
  return `${pattern}, ${asGeneral(100 * share)}% to remove, ${kernel} kernel: 0 of `
    + `${data.meanings.length} patterns measured. Commit to a guess first.`;
}

/** Return the guess, the measurement, and an explanation; bold is between asterisks. */
export function fasterVerdict(data, state, guess, sure) {
  const { found, right, why } = fasterSaid(data, state);
  return `**Your guess: ${guess}, ${sure}% sure.** ${found} Your guess was `
    + `${right.includes(guess) ? "right" : "wrong"}. ${why}`;
}

export function whichFaster({ model, el }) {
  const data = model.get("data");
  const look = hatched(FASTER_LOOKS);
  const answered = new Map(); // the guesses that this visit committed to
  const [line, hint, revealed] = [readout(), count(), h("div")];
  const beside = h("p", { "aria-live": "polite" });
  const chosen = () => keep(fasterName(data, now), [guess.value, sure.value]);
  const guess = choice("your guess", data.guesses, null, chosen);
  const sure = slider("how sure", data.sure, 50, chosen);
  const form = h("fieldset", { class: "course-plain" }, guess, sure,
    button("commit", commit, { primary: true }), hint);
  let [now, asked] = [{}, ""];

  function commit() {
    hint.textContent = guess.value === null ? "Choose first, then commit." : "";
    if (guess.value === null) return;
    const name = fasterName(data, now);
    answered.set(name, [guess.value, sure.value]);
    keepAnswer((record) => model.send(record), name, guess.value, sure.value);
    show(now);
  }

  function show(state) {
    now = state;
    const name = fasterName(data, now);
    const guessed = answered.get(name);
    const asking = `${name} ${guessed}`;
    if (asking !== asked) ask(name, guessed); // else the form would lose a choice
    asked = asking;
    line.textContent = guessed ? fasterSaid(data, now).sentences[now.pattern]
      : fasterBefore(data, now);
    revealed.replaceChildren(...guessed ? fasterRevealed(data, now, look) : []);
  }

  /** Ask about a new share or kernel, unless it was answered on this visit. */
  function ask(name, guessed) {
    const [answer, confidence, words] = guessed
      ? [...guessed, fasterVerdict(data, now, ...guessed)] : fasterEarlier(model, data, name);
    guess.value = answer;
    sure.value = confidence;
    form.disabled = Boolean(guessed);
    beside.replaceChildren(...words.split("**")
      .map((part, i) => (i % 2 ? h("strong", {}, part) : part)));
  }

  const { rows: [share, kernel, pattern, back], keep } = demoControls(
    model, data.question, data.controls, show);
  el.append(
    prose(data.task), fasterMeanings(data, look), look.defs, look.keys(Object.keys(FASTER_LOOKS)),
    share, kernel, back, form, beside, pattern, line, revealed,
  );
}

/** Return the name of a question, as the notebook's journal has it. */
function fasterName(data, { share, kernel }) {
  return `${data.question}-${asFixed(100 * share)}-${kernel}`;
}

/** Return what was chosen or guessed before, how sure, and a word about it. */
function fasterEarlier(model, data, name) {
  const left = positionsOf(model, data.question)[name];
  const { answer, confidence } = answersTo(model, name).at(-1) ?? {};
  const listed = (one) => data.guesses.some(([text]) => text === one);
  const known = listed(answer);
  const percent = confidence ?? 50;
  const start = Array.isArray(left) && listed(left[0]) ? left
    : known ? [answer, 10 * Math.round(percent / 10)] : [null, 50];
  return [...start, known ? `Earlier you guessed **${answer}**, ${percent}% sure. `
    + "Commit to it again, or change it first." : ""];
}

function fasterRevealed(data, state, look) {
  const rows = fasterSaid(data, state).rows
    .map(([name, ...cells]) => [name === state.pattern ? `→ ${name}` : name, ...cells]);
  return [
    fasterLayer(data, state, look), table("all six patterns", data.head, rows),
    prose(data.caption), count(data.measured), fasterHere(data, state),
  ];
}
