// What a part reads from the reader's records, and how it keeps new ones.

import { h } from "../dom.js";

/** Return a sender and the line that says why something could not be saved. */
export function keeper(model) {
  const line = h("p", { class: "course-trouble", role: "status" });
  const send = (record) => {
    model.send(record);
    setText(line, model.get("trouble") ?? "");
  };
  return { send, line };
}

/** Call `show()` now and after every change of the records. */
export function follow(model, show) {
  model.on("change:records", show);
  show();
}

/** Return the records of a kind, oldest first; `name` selects those with that name. */
export function kept(model, kind, name = null) {
  const all = model.get("records") ?? [];
  return all.filter((one) => one.kind === kind && (name === null || one.name === name));
}

/** Return the answers to a question, oldest first: `{question, answer, confidence, when}`. */
export function answersTo(model, question = null) {
  return kept(model, "answer", question)
    .filter(({ value }) => typeof value?.answer === "string" && "confidence" in value)
    .map(({ name, value, when }) => ({ question: name, ...value, when }));
}

export function keepAnswer(send, question, answer, confidence = null) {
  send({ kind: "answer", name: question, value: { answer, confidence } });
}

/** Return where a part's controls were left, by the control's name. */
export function positionsOf(model, part) {
  const found = kept(model, "control", part);
  return Object.fromEntries(found.map(({ id, value }) => [id.slice(part.length + 1), value]));
}

export function keepPosition(send, part, name, value) {
  send({ kind: "control", name: part, id: `${part}/${name}`, value });
}

/** Change a text only where it differs, because screen readers hear every change. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Show other nodes only if `key` is another than last time. */
export function swap(element, key, make) {
  const now = JSON.stringify(key);
  if (element.dataset.shown === now) return;
  element.dataset.shown = now;
  element.replaceChildren(...[make()].flat().filter(Boolean));
}

export function plural(number, one) {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}
