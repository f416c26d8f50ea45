// Practice: a question, a text that is kept, nudges one by one, a check of oneself; and,
// when the next chapter opens, the same idea once more beside what was answered.

import { h, button, choice, count, prose, tick } from "../dom.js";
import {
  answersTo, follow, keepAnswer, keeper, keepPosition, plural, positionsOf, setText, swap,
} from "./kept.js";
import { keptText } from "./kept_text.js";

export function practice({ model, el }) {
  const { questions, checks } = model.get("data");
  el.append(...questions.map((question) => practiceCard(model, question, checks)));
}

function practiceCard(model, { name, title, nudges }, checks) {
  const { send, line } = keeper(model);
  const counted = count();
  const opened = h("ol", { class: "course-nudges", "aria-live": "polite" });
  let shown = 0;
  const more = button("nudge", () => keepPosition(send, name, "nudges", shown + 1));
  const ticks = checks.map(([key, text]) => (
    [key, tick(text, false, (value) => keepPosition(send, name, key, value))]
  ));
  follow(model, () => {
    const left = positionsOf(model, name);
    shown = Number.isInteger(left.nudges) ? Math.min(Math.max(left.nudges, 0), nudges.length) : 0;
    for (const [key, box] of ticks) box.value = left[key] === true;
    while (opened.children.length > shown) opened.lastChild.remove();
    for (const text of nudges.slice(opened.children.length, shown)) {
      opened.append(h("li", {}, prose(text)));
    }
    opened.hidden = shown === 0;
    more.disabled = shown === nudges.length;
    const done = ticks.filter(([, box]) => box.value).length;
    setText(counted, `${shown} of ${nudges.length} nudges · ${done} of ${checks.length} checks`);
  });
  const itself = h("fieldset", { class: "course-choice" }, h("legend", {}, "Check yourself"));
  itself.append(...ticks.map(([, box]) => box));
  return h(
    "div", { class: "course-card" },
    prose(title), keptText(model, name), more, opened, itself, line, counted,
  );
}

export function again({ model, el }) {
  const { chapter, name, question, choices, feedback, guess, written } = model.get("data");
  const { send, line } = keeper(model);
  const counted = count();
  const told = h("div", { "aria-live": "polite" });
  const before = h("div", { class: "course-before" });
  const listed = choices.map(([key, text]) => [`${key}: ${text}`, key]);
  const choose = choice(
    "your answer", listed, null, (key) => keepAnswer(send, name, key), { settled: true },
  );
  el.append(prose(question), choose, told, counted, line, before);
  follow(model, () => {
    const answers = answersTo(model, name);
    const key = answers.at(-1)?.answer;
    choose.value = key ?? null; // none of the choices, if it is not one of them
    swap(told, choose.value, () => choose.value !== null && prose(feedback[choose.value]));
    setText(counted, `${plural(answers.length, "answer")} to this question kept`);
    const back = lookingBack(model, guess, written);
    swap(before, back, () => back.length > 0 && [
      h("p", {}, h("em", {}, `Look back: in chapter ${chapter},`)),
      h("ul", {}, back.map((text) => h("li", {}, text))),
      h("p", {}, "Would you still?"),
    ]);
  });
}

/** Return what the reader guessed and wrote in a chapter. */
function lookingBack(model, guess, written) {
  const predicted = answersTo(model, guess).at(-1);
  const texts = [];
  if (predicted) {
    texts.push(`you predicted ${predicted.answer} (${predicted.when.slice(0, 10)})`);
  }
  for (const [question, name] of written) {
    const answer = answersTo(model, question).at(-1);
    if (answer) texts.push(`you wrote “${answer.answer}” (${name})`);
  }
  return texts;
}
