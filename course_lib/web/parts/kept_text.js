// A text field that survives a reload: saved while typing, and as an answer.

import { h, button, count, inRow, textArea } from "../dom.js";
import { autosave } from "./draft.js";
import { answersTo, follow, keepAnswer, keeper, plural, setText, swap } from "./kept.js";

/** Return the field for an answer such as "02-explain", with `started` once it has text. */
export function keptText(model, question) {
  const { send, line } = keeper(model);
  const draft = autosave(model, send, question);
  const status = count();
  const others = h("div", {});
  let touched = false; // somebody typed here
  let stored = false;

  const area = textArea("your answer", "", () => {
    touched = true;
    draft.save(area.value);
    say(model.get("trouble") ? "not saved" : "draft saved");
  });

  function say(what) {
    const words = area.value.split(/\s+/).filter(Boolean).length;
    setText(status, [plural(words, "word"), what].filter(Boolean).join(" · "));
  }

  function keep() {
    const text = area.value.trim();
    if (!text) {
      say("nothing to keep yet");
      return;
    }
    keepAnswer(send, question, text);
    draft.save("");
    say(model.get("trouble") ? "not saved" : "kept");
  }

  // what another tab or an imported file brings is shown where nobody has typed yet
  function refresh() {
    swap(others, draft.others(), () => draft.others().map(({ when, value }) => (
      count(`Another draft, ${when.slice(0, 16).replace("T", " ")} UTC: “${value}”`)
    )));
    stored ||= draft.isMine();
    const erased = stored && !draft.isMine();
    if (!erased && (touched || area.contains(document.activeElement))) return;
    touched = stored = false;
    const left = draft.elsewhere();
    const answer = answersTo(model, question).at(-1);
    const isLeft = left && (!answer || left.when > answer.when);
    const text = isLeft ? left.value : (answer?.answer ?? "");
    if (area.value === text) return;
    area.value = text;
    say(isLeft ? "draft found" : "");
  }

  say("");
  follow(model, refresh);
  const row = inRow(button("keep this answer", keep, { primary: true }), status);
  const box = h("div", { class: "course-kept-text" }, area, row, line, others);
  Object.defineProperty(box, "started", { get: () => Boolean(area.value) });
  return box;
}
