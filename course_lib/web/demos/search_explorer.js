// Chapter 06's demo: ready-made questions, and what a pruned encoder still finds.

import { count, drawing, h, readout, s } from "../dom.js";
import { asFixed } from "../format.js";
import { hatched, stackedBars } from "./bars.js";
import { demoControls, optionsOf } from "./controls.js";
import { table } from "./table.js";

const SEARCH_LOOKS = {
  "word embeddings": ["var(--soft)", "x"],
  attention: ["var(--third)", "."],
  "feed-forward": ["var(--kept)", ""],
  removed: ["var(--gone)", "/"],
};
const SEARCH_HEAD = ["place", "unpruned encoder", "pruned encoder"];
const SEARCH_ROW = 22;

/** Return what both encoders find for a question; pairs are [unpruned, pruned]. */
export function searchOutcome(data, state) {
  const [at, share, of] = optionsOf(data.controls, state);
  const question = data.questions[at];
  const last = data.parameters.length - 1;
  // the first encoder is the unpruned one, then come the shares of each method
  const key = share === last ? 0 : 1 + last * of + share;
  const pair = (each, pruned = key, whole = 0) => [each[whole], each[pruned]];
  const orders = pair(question.order)
    .map((order) => [...order].map((letter) => letter.charCodeAt(0) - 65));
  return {
    orders,
    places: orders.map((order) => order.map((_, document) => order.indexOf(document) + 1)),
    scores: pair(question.scores),
    ms: pair(question.ms),
    parameters: pair(data.parameters, share, last),
    macs: pair(question.macs, share, last),
    sentence: `${question.said[key]} · ${question.gone[share]}`,
  };
}

/** Return `[[place, [left document, its mark], [right document, its mark]], …]`. */
export function searchRows(data, state) {
  const { orders: [left, right], places: [before, after] } = searchOutcome(data, state);
  return left.slice(0, data.best).map((one, i) => {
    const other = right[i];
    const from = before[other];
    return [
      i + 1,
      [data.documents[one], after[one] > data.best ? `▼ now ${after[one]}` : ""],
      [data.documents[other],
        from === i + 1 ? "" : `${from > i + 1 ? "▲ up" : "▼ down"} from ${from}`],
    ];
  });
}

/** Return the medians of the committed run as text. */
export function searchTimes(data, state) {
  const [before, after] = searchOutcome(data, state).ms.map((ms) => `${asFixed(ms, 1)} ms`);
  return `Time for this query: ${before} unpruned, ${after} pruned (${data.measured}).`;
}

export function searchExplorer({ model, el }) {
  const data = model.get("data");
  const look = hatched(SEARCH_LOOKS);
  const [line, clock, found] = [readout(), count(), h("div")];
  const drawn = h("div", { class: "course-narrow" });
  const controls = demoControls(model, "search-explorer", data.controls, (state) => {
    const out = searchOutcome(data, state);
    line.textContent = out.sentence;
    clock.textContent = searchTimes(data, state);
    const rows = searchRows(data, state).map(([place, ...cells]) => (
      [place, ...cells.map(([text, mark]) => [text, h("strong", {}, mark)])]));
    found.replaceChildren(table("the best documents", SEARCH_HEAD, rows, "course-found"));
    drawn.replaceChildren(
      h("p", {}, "The ten best documents, scored by the cosine between document and query:"),
      searchMoves(out), look.keys(Object.keys(SEARCH_LOOKS)), searchBars(data, out, look),
    );
  });
  el.append(count(data.note), ...controls.rows, line, found, clock, look.defs, drawn);
}

/** Draw both rankings side by side, a line from each document's place to its new one. */
function searchMoves({ orders, places: [before, after], scores }) {
  const shown = scores[0].length;
  const y = (place) => 42 + SEARCH_ROW * (Math.min(place, shown + 1) - 1);
  const drawn = new Set(orders.flatMap((order) => order.slice(0, shown)));
  const lines = [...drawn].map((one) => {
    const [from, to] = [before[one], after[one]];
    const color = to === from ? "soft" : to < from ? "kept" : "gone";
    return s("path", {
      d: `M112 ${y(from) - 4}L248 ${y(to) - 4}`, stroke: `var(--${color})`, "stroke-width": 2.5,
      "stroke-dasharray": to > from ? "7 3" : null,
    });
  });
  const side = (x, anchor, name, found) => [[16, name],
    ...found.map((score, i) => [y(i + 1), `${i + 1}. ${asFixed(score / 1000, 3)}`]),
    [y(shown + 1), "lower"],
  ].map(([at, words]) => s("text", { x, y: at, "text-anchor": anchor }, words));
  const moved = orders[0].slice(0, shown).map((one, i) => `${i + 1} to ${after[one]}`).join(", ");
  const [left, right] = scores
    .map((found) => found.map((one) => asFixed(one / 1000, 3)).join(", "));
  return drawing(360, y(shown + 1) + 34,
    `Places of the ten best documents, unpruned to pruned: ${moved}. `
      + `Scores unpruned: ${left}; pruned: ${right}.`,
    side(104, "end", "unpruned", scores[0]), lines, side(256, "start", "pruned", scores[1]),
    s("text", { x: 180, y: y(shown + 1) + 26, "text-anchor": "middle" },
      "blue: moved up; dashed: moved down; gray: same place"));
}

function searchBars(data, { parameters, macs }, look) {
  const sum = (counts) => counts.reduce((all, one) => all + one, 0);
  const rows = [["parameters", parameters], ["MACs", macs]].map(([label, [before, after]]) => {
    const share = (size) => 100 * size / sum(before);
    const parts = data.parts.map((name, i) => [name, share(after[i])]);
    const gone = share(sum(before) - sum(after));
    return [label, [...parts, ["removed", gone]], `${asFixed(100 - gone, 1)}% left`];
  });
  const alt = rows.map(([label, parts]) => `${label}: `
    + parts.map(([name, size]) => `${name} ${asFixed(size, 1)}%`).join(", ")).join("; ");
  return stackedBars(rows, look, 100, `Parts of the encoder. ${alt}.`);
}
