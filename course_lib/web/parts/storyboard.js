// A mechanism in six to eight pictures: step through it, or let it play.

import { h, button, inRow, prose, readout, slider } from "../dom.js";
import { follow, keeper, keepPosition, positionsOf, setText } from "./kept.js";
import { keptText } from "./kept_text.js";

export function storyboard({ model, el }) {
  const { kept, frames, question, answer, seconds } = model.get("data");
  const { send, line } = keeper(model);
  const last = frames.length;
  const said = readout();
  const image = h("img", { class: "course-frame", width: 560, height: 420 });
  let number = 1;
  let timer = null;

  const stops = frames.map((_, i) => [String(i + 1), i + 1]);
  const frame = slider("frame", stops, 1, (value) => {
    stop();
    go(value);
  });
  const step = (by) => () => {
    stop();
    go(number + by);
  };
  const play = button("play", () => (timer === null ? start() : stop()));

  const field = keptText(model, kept);
  const ours = h("div", { "aria-live": "polite" });
  const ask = button("show our answer", () => {
    ours.replaceChildren(prose(answer));
    ask.disabled = true;
  });
  const asked = h("div", { class: "course-card" }, prose(question), field, ask, ours);
  asked.hidden = true;

  function go(to, save = true) {
    number = Math.min(Math.max(to, 1), last);
    frame.value = number;
    const { src, alt, sentence } = frames[number - 1];
    image.src = src;
    image.alt = alt;
    if (number < last) new Image().src = frames[number].src; // loaded when it is asked for
    setText(said, `frame ${number} of ${last}: ${sentence}`);
    if (number === last) asked.hidden = false;
    if (save) keepPosition(send, kept, "frame", number);
  }

  function start() {
    go(number === last ? 1 : number);
    play.textContent = "stop";
    timer = setInterval(() => {
      go(number + 1);
      if (number === last) stop();
    }, 1000 * seconds);
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "play";
  }

  // pictures that follow each other by themselves are what some readers asked not to get
  play.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const steps = inRow(button("previous", step(-1)), button("next", step(1)), play);
  el.append(frame, steps, line, said, image, asked);
  const { frame: left } = positionsOf(model, kept);
  go(Number.isInteger(left) ? left : 1, false);
  follow(model, () => {
    if (field.started) asked.hidden = false; // an answer of an earlier visit stays in sight
  });
}
