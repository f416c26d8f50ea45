// The visual inquiry: three pictures of one mechanism, and which one shows it best.

import { h, choice, count, prose } from "../dom.js";
import {
  answersTo, follow, keepAnswer, keeper, keepPosition, positionsOf, setText, swap,
} from "./kept.js";

export function inquiry({ model, el }) {
  const { kept, question, candidates } = model.get("data");
  const { send, line } = keeper(model);
  const looked = count();
  const why = h("div", { "aria-live": "polite" });
  const seen = () => {
    const letters = answersTo(model, kept).map(({ answer }) => answer);
    return [...new Set(letters)].filter((letter) => candidates.some(({ key }) => key === letter));
  };
  const listed = candidates.map(({ key, label }) => [`${key}: ${label}`, key]);
  const choose = choice("your choice", listed, null, (letter) => {
    keepPosition(send, kept, "choice", letter);
    if (!seen().includes(letter)) keepAnswer(send, kept, letter);
  }, { settled: true });
  const pictures = candidates.map(({ key, src, alt }) => h(
    "figure", {},
    h("figcaption", {}, key),
    h("img", { src, alt, width: 560, height: 420, loading: "lazy" }),
  ));
  const side = h("div", { class: "course-pictures" }, ...pictures);
  el.append(prose(question), side, choose, looked, line, why);
  follow(model, () => {
    const letters = seen();
    choose.value = positionsOf(model, kept).choice ?? letters.at(-1) ?? null;
    const first = letters.length ? ` · your first choice: ${letters[0]}` : "";
    setText(looked, `${letters.length} of ${candidates.length} looked at${first}`);
    const chosen = candidates.find(({ key }) => key === choose.value);
    swap(why, choose.value, () => chosen && prose(chosen.why));
  });
}
