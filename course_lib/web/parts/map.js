// The learning map: chapters as links, how far the reader is, and what lies beyond.

import { h, count, menu, prose } from "../dom.js";
import {
  answersTo, follow, keeper, keepPosition, kept, positionsOf, setText, swap,
} from "./kept.js";
import { noteIn } from "./note_text.js";
import { guessIn, predictionForm } from "./predict.js";

export function map({ model, el }) {
  const data = model.get("data");
  const { chapters, places, here } = data;
  const { send, line } = keeper(model);
  const picture = prose(data.drawing); // made by the build; the shares are filled in here
  const told = h("div", { "aria-live": "polite" });
  const place = count();
  const listed = places.map(({ key, name }) => [name, key]);
  const look = menu("look at", listed, here, (key) => keepPosition(send, data.kept, "place", key));
  const door = h(
    "div", {},
    h("p", {}, h("strong", {}, "Make your prediction first."), " Then the door opens."),
    prose(data.door.predict.question), predictionForm(model, data.door.predict),
  );

  function show() {
    const found = chapters.map((chapter) => progressIn(model, chapter, data));
    for (const one of found) fillShare(picture, one, here);
    const left = positionsOf(model, data.kept).place;
    const at = places.find(({ key }) => key === left) ?? places.find(({ key }) => key === here);
    look.value = at.key;
    const begun = found.filter(({ share }) => share > 0).length;
    const position = `place ${places.indexOf(at) + 1} of ${places.length}`;
    setText(place, `${position} · ${begun} of ${chapters.length} chapters started`);
    const one = found.find(({ chapter }) => chapter === at.key);
    const open = Boolean(guessIn(model, data.door.predict));
    const isDoor = at.key === data.door.key;
    swap(told, [at.key, isDoor && open, one?.sentence, calibrationOf(found)], () => [
      prose(at.told),
      one && h("p", {}, one.sentence),
      one && h("p", {}, calibrationOf(found)),
      isDoor && open && prose(data.door.told),
    ]);
    door.hidden = !isDoor || open;
  }

  const exercises = h("p", { class: "course-count" }, data.exercises);
  el.append(picture, look, told, door, place, line, exercises);
  follow(model, show);
}

/** Show a share in each drawing of the map: a bar, a number, and the name of the link. */
function fillShare(picture, { chapter, share }, here) {
  for (const place of picture.querySelectorAll(`[data-chapter="${chapter}"]`)) {
    const percent = `${whole(100 * share)}%`;
    const [bar, frame] = place.querySelectorAll(".course-share-bar rect");
    bar.setAttribute("width", frame.getAttribute("width") * share);
    setText(place.querySelector(".course-share"), percent);
    const at = chapter === here ? ", you are here" : "";
    place.setAttribute("aria-label", `${place.dataset.name}, ${percent} done${at}`);
  }
}

/** Return the reader's progress in a chapter, as course_lib/page/progress.py counts it. */
export function progressIn(model, { key, predict, practice, claims }, { minutes, sections }) {
  const answers = answersTo(model);
  const names = new Set(answers.map(({ question }) => question));
  const counted = (wanted) => [wanted.filter((name) => names.has(name)).length, wanted.length];
  const notes = kept(model, "note", key).filter(({ value }) => noteIn(value, sections));
  const done = {
    prediction: counted([predict.name]),
    practice: counted(practice),
    claims: counted(claims),
    note: [Math.min(notes.length, 1), 1],
  };
  const [spent, all] = [0, 1].map((i) => (
    Object.entries(done).reduce((sum, [kind, pair]) => sum + minutes[kind] * pair[i], 0)
  ));
  const parts = Object.entries(done).map(([kind, [is, of]]) => `${kind} ${is} of ${of}`);
  const guess = answers.filter(({ question }) => question === predict.name).at(-1);
  return {
    chapter: key,
    share: spent / all,
    sentence: `${key}: ${whole((100 * spent) / all)}% done – ${parts.join(", ")}`,
    right: guess && guess.answer === predict.answer,
    sure: guess?.confidence ?? null,
  };
}

/** Say how often predictions were right, and how sure they were on average. */
export function calibrationOf(found) {
  const guesses = found.filter(({ right }) => right !== undefined);
  if (!guesses.length) return "No prediction yet.";
  const right = guesses.filter((one) => one.right).length;
  const sure = guesses.map((one) => one.sure).filter((one) => one !== null);
  const mean = sure.reduce((sum, one) => sum + one, 0) / sure.length;
  const average = sure.length ? `, ${whole(mean)}% sure on average` : "";
  return `Predictions: ${right} of ${guesses.length} right${average}.`;
}

/** Round as Python does: a half goes to the even neighbor. */
function whole(number) {
  const rounded = Math.round(number);
  return number % 1 === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}
