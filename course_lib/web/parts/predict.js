// Predict before the reveal: one choice, how sure, and a button that keeps the guess.

import { h, button, choice, count, prose, slider } from "../dom.js";
import {
  answersTo, follow, keepAnswer, keeper, keepPosition, plural, positionsOf, setText,
} from "./kept.js";

const SURE = Array.from({ length: 11 }, (_, i) => [`${10 * i}%`, 10 * i]);

/** A question, its form, and what is kept. */
export function predict({ model, el }) {
  const data = model.get("data");
  el.append(prose(data.question), predictionForm(model, data));
}

/** Return the newest guess, or undefined. */
export function guessIn(model, { name, choices }) {
  const isChoice = ({ answer }) => choices.some(([key]) => key === answer);
  return answersTo(model, name).filter(isChoice).at(-1);
}

/** Return the form of a prediction; a guess made in one place is seen in all of them. */
export function predictionForm(model, data) {
  const { name, choices } = data;
  const { send, line } = keeper(model);
  const hint = h("p", { class: "course-hint", role: "status" });
  const kept = count();
  const listed = choices.map(([key, text]) => [`${key}: ${text}`, key]);
  const moved = (control) => (value) => keepPosition(send, name, control, value);
  const choose = choice("your guess", listed, null, moved("guess"));
  const sure = slider("how sure", SURE, 50, moved("sure"));
  const commit = () => {
    setText(hint, choose.value === null ? "Choose first, then commit." : "");
    if (choose.value !== null) keepAnswer(send, name, choose.value, sure.value);
  };
  follow(model, () => {
    const guess = guessIn(model, data);
    const left = positionsOf(model, name);
    choose.value = left.guess ?? guess?.answer ?? null;
    const wanted = left.sure ?? guess?.confidence ?? 50;
    sure.value = SURE.map(([, stop]) => stop).reduce((best, stop) => (
      Math.abs(stop - wanted) < Math.abs(best - wanted) ? stop : best
    ));
    const counted = answersTo(model, name).length;
    const words = [`${plural(counted, "guess").replace("guesss", "guesses")} kept`];
    if (guess) {
      const [key, text] = choices.find(([one]) => one === guess.answer);
      words.push(`Your guess: ${key} – ${text}${inPercent(guess.confidence, " (", " sure)")}`);
    }
    setText(kept, words.join(" · "));
  });
  return h(
    "div", { class: "course-form" },
    choose, sure, button("commit", commit, { primary: true }), hint, line, kept,
  );
}

/** Return a guess, the answer, and the reason for it. */
export function verdictOn({ answer, right, wrong }, guess) {
  const said = prose(guess.answer === answer ? right : wrong);
  const sure = inPercent(guess.confidence, ", ", " sure");
  said.querySelector("p").prepend("You said ", h("strong", {}, guess.answer), sure);
  return said;
}

function inPercent(confidence, before, after) {
  return Number.isFinite(confidence) ? `${before}${confidence}%${after}` : "";
}
