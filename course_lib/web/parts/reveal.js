// A demo, and the answer to the prediction, which both wait for the reader's guess.

import { h } from "../dom.js";
import { follow, swap } from "./kept.js";
import { guessIn, predictionForm, verdictOn } from "./predict.js";

/** `demos` maps the name of a demo to the function that draws it. */
export function reveal({ model, el }, demos) {
  const { predict: asked, demo } = model.get("data");
  const place = h("div", { class: "course-demo" });
  const answer = h("div", { class: "course-answer", "aria-live": "polite" });
  const first = h(
    "div", {},
    h("p", {}, h("strong", {}, "Make your prediction first."), " Then the demo opens here."),
    predictionForm(model, asked),
  );
  let drawn = false;
  el.append(first, place, answer);
  follow(model, () => {
    const guess = guessIn(model, asked);
    const hadFocus = first.contains(document.activeElement);
    first.hidden = Boolean(guess);
    place.hidden = answer.hidden = !guess;
    if (guess && !drawn) {
      drawn = true;
      demos[demo.name]({ model: modelOf(model, demo.data), el: place });
    }
    swap(answer, guess ?? null, () => guess && verdictOn(asked, guess));
    if (guess && hadFocus) focusOn(place); // the button that was pressed is gone
  });
}

function focusOn(place) {
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

/** Return the same model with data of its own. */
function modelOf(model, data) {
  return {
    get: (name) => (name === "data" ? data : model.get(name)),
    set: (name, value) => model.set(name, value),
    save_changes: () => model.save_changes(),
    send: (record) => model.send(record),
    on: (event, heard) => model.on(event, heard),
    off: (event, heard) => model.off(event, heard),
  };
}
