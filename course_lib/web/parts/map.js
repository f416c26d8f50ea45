// The learning map: chapters as links, how far the reader is, and what lies beyond.

import { h, s, count, menu, prose } from "../dom.js";
import { answersTo, follow, keeper, keepPosition, kept, positionsOf, setText, swap } from "./kept.js";
import { noteIn } from "./note_text.js";
import { guessIn, predictionForm } from "./predict.js";

// positions of the boxes, in columns and rows, on a wide page and on a phone
const WIDE = [
  [0, 0], [0, 1.3], [1, 0.55], [1, 2.05], [2, 0.55], [2, 2.05], [3, 1.3],
  [3, 3.3], [0, 3.3], [1, 3.3], [2, 3.3],
];
const NARROW = [
  [0, 0], [1, 0], [0, 1], [1, 1], [0, 2], [1, 2], [0, 3],
  [1, 3], [0, 4], [1, 4], [0, 5],
];
const BOX = { wide: 150, tall: 72 };

export function map({ model, el }) {
  const data = model.get("data");
  const { chapters, places, here } = data;
  const { send, line } = keeper(model);
  const picture = h("div", { class: "course-map" });
  const told = h("div", { "aria-live": "polite" });
  const place = count();
  const listed = places.map(({ key, name }) => [name, key]);
  const look = menu("look at", listed, here, (key) => keepPosition(send, data.kept, "place", key));
  const phone = matchMedia("(max-width: 40rem)");
  const door = h(
    "div", {},
    h("p", {}, h("strong", {}, "Make your prediction first."), " Then the door opens."),
    prose(data.door.predict.question), predictionForm(model, data.door.predict),
  );

  function show() {
    const found = chapters.map((chapter) => progressIn(model, chapter, data));
    const done = Object.fromEntries(found.map((one) => [one.chapter, one.share]));
    swap(picture, [done, phone.matches], () => mapDrawing(data, done, phone.matches));
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
  phone.addEventListener("change", show);
  follow(model, show);
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
    sentence: `${key}: ${whole((100 * spent) / all)} % done – ${parts.join(", ")}`,
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
  const average = sure.length ? `, ${whole(mean)} % sure on average` : "";
  return `Predictions: ${right} of ${guesses.length} right${average}.`;
}

/** Round as Python does: a half goes to the even neighbor. */
function whole(number) {
  const rounded = Math.round(number);
  return number % 1 === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}

function mapDrawing({ places, ways, here, door, alt }, done, narrow) {
  const spots = narrow ? NARROW : WIDE;
  const [across, down] = narrow ? [166, 96] : [192, 76];
  const at = Object.fromEntries(places.map(({ key }, i) => [
    key, [8 + spots[i][0] * across, 8 + spots[i][1] * down],
  ]));
  const [width, height] = [0, 1].map((i) => (
    8 + Math.max(...Object.values(at).map((spot) => spot[i])) + [BOX.wide, BOX.tall][i]
  ));
  const lines = ways.map(([from, to]) => mapArrow(at[from], at[to], to === door.key));
  const boxes = places.map((one) => mapBox(one, at[one.key], one.key === here, done[one.key]));
  return s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": alt, class: "course-drawing" },
    s("defs", {}, s(
      "marker",
      { id: "course-map-tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, orient: "auto" },
      s("path", { d: "M0 0L8 4L0 8z", fill: "var(--line)" }),
    )),
    ...lines, ...boxes,
  );
}

function mapArrow(from, to, dashed) {
  const half = [BOX.wide / 2, BOX.tall / 2];
  const [a, b] = [from, to].map(([x, y]) => [x + half[0], y + half[1]]);
  const way = [b[0] - a[0], b[1] - a[1]];
  // from border to border: the part of the way that each half of a box covers
  const cut = Math.min(...way.map((step, i) => (step ? half[i] / Math.abs(step) : Infinity)));
  const edge = (spot, sign, gap) => spot.map((x, i) => x + sign * way[i] * (cut + gap / Math.hypot(...way)));
  const [[x1, y1], [x2, y2]] = [edge(a, 1, 1), edge(b, -1, 3)];
  return s("line", {
    x1, y1, x2, y2, stroke: "var(--line)", "stroke-width": 1.4, "marker-end": "url(#course-map-tip)",
    "stroke-dasharray": dashed ? "5 4" : null,
  });
}

function mapBox({ key, name, lines, href }, [x, y], isHere, share) {
  const isChapter = share !== undefined;
  const stroke = isHere ? "var(--gone)" : isChapter ? "var(--kept)" : "var(--line)";
  const middle = x + BOX.wide / 2;
  const texts = isHere ? [...lines, "you are here"] : lines;
  const top = y + (isChapter ? 24 : 36) - 7 * (texts.length - 1) + (isChapter ? 4 : 0);
  const box = [
    s("rect", {
      x, y, width: BOX.wide, height: BOX.tall, rx: 5, fill: "var(--field)", stroke,
      "stroke-width": isHere ? 3 : 1.5, "stroke-dasharray": isChapter ? null : "5 4",
    }),
    ...texts.map((text, i) => s("text", {
      x: middle, y: top + 15 * i, "text-anchor": "middle", class: text === "you are here" ? "course-here" : null,
    }, text)),
  ];
  if (isChapter) box.push(...mapBar(x + 10, y + BOX.tall - 14, share));
  if (!isChapter) return s("g", {}, ...box);
  const percent = `${whole(100 * share)} % done`;
  const label = `${name}, ${percent}${isHere ? ", you are here" : ""}`;
  return href ? s("a", { href, "aria-label": label }, ...box) : s("g", { role: "img", "aria-label": label }, ...box);
}

function mapBar(x, y, share) {
  const length = BOX.wide - 58;
  const bar = (width, fill, stroke) => s("rect", { x, y, width, height: 7, fill, stroke });
  return [
    bar(length * share, "var(--kept)", "none"),
    bar(length, "none", "var(--line)"),
    s("text", { x: x + length + 6, y: y + 8, class: "course-share" }, `${whole(100 * share)} %`),
  ];
}
