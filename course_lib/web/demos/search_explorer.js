// Chapter 06's demo: ready questions, and what a pruned encoder still finds.

import { choice, count, drawing, h, menu, readout, s, slider } from "../dom.js";
import { asFixed, asGeneral, asGrouped } from "../format.js";
import { positions } from "../positions.js";
import { hatched, stackedBars } from "./bars.js";
import { measuredOn } from "./machine.js";

const SEARCH_MOST = 128; // tokens that the encoder reads
const SEARCH_LOOKS = {
  "word embeddings": ["var(--soft)", ""],
  attention: ["var(--third)", "."],
  "feed-forward": ["var(--kept)", "\\"],
  removed: ["var(--gone)", "/"],
};
const SEARCH_ROW = 22;

/** Return what `compute` of the notebook's demo does; pairs are [unpruned, pruned]. */
export function searchOutcome(data, { query, units, method }) {
  const question = data.questions.find(({ text }) => text === query);
  const share = data.shares.indexOf(units);
  const last = data.shares.length - 1;
  // the first encoder is the unpruned one, then the shares of each method
  const key = share === last ? 0 : 1 + last * data.methods.indexOf(method) + share;
  const orders = [question.order[0], question.order[key]]
    .map((order) => [...order].map((letter) => letter.charCodeAt(0) - "A".charCodeAt(0)));
  return {
    ...question,
    orders,
    places: orders.map((order) => order.map((_, document) => order.indexOf(document) + 1)),
    best: orders.map((order) => order.slice(0, data.best)),
    scores: [question.scores[0], question.scores[key]],
    cosine: question.cosine[key] / 1000,
    ms: [question.ms[0], question.ms[key]],
    parameters: [data.parameters[last], data.parameters[share]],
    macs: [question.macs[last], question.macs[share]],
  };
}

const searchSum = (counts) => counts.reduce((sum, one) => sum + one, 0);

/** Return the numbers as text, as the notebook's readout displays them. */
export function searchSentence(data, state) {
  const out = searchOutcome(data, state);
  const [best, after] = out.best;
  const shared = best.filter((document) => after.includes(document)).length;
  const same = best.filter((document, i) => after[i] === document).length;
  const layers = searchSum(out.parameters[0].slice(1));
  const [whole, left, macs, macsLeft] = [...out.parameters, ...out.macs].map(searchSum);
  const share = (gone, all) => asFixed(100 * gone / all, 1);
  return `${searchNote(out)}${shared} of the ${best.length} best documents are the same, `
    + `${same} of them in the same place · cosine of the two embeddings of the query: `
    + `${asFixed(out.cosine, 3)} · ${asGrouped(whole - left)} parameters are gone: `
    + `${share(whole - left, layers)} % of the ${asGrouped(layers)} in the encoder’s layers, `
    + `${share(whole - left, whole)} % of the ${asGrouped(whole)} in the whole model · `
    + `${asGrouped(macs - macsLeft)} MACs are gone: ${share(macs - macsLeft, macs)} % of the `
    + `${asGrouped(macs)} for the ${out.tokens} tokens of the query`;
}

function searchNote({ cut, unknown, tokens }) {
  const nothing = unknown === tokens - 2 ? ", so these places mean nothing" : "";
  return (cut ? `Only the first ${SEARCH_MOST} tokens of the query are read. ` : "")
    + (unknown ? `Unknown to both encoders: ${unknown} of the ${tokens} tokens of the query`
      + `${nothing}. ` : "");
}

/** Return `[[place, left document, its mark, right document, its mark], …]`. */
export function searchRows(data, state) {
  const { best, places: [before, after] } = searchOutcome(data, state);
  return best[0].map((left, i) => {
    const right = best[1][i];
    const gone = after[left] > data.best ? `▼ now ${after[left]}` : "";
    const up = before[right] > i + 1;
    const move = before[right] === i + 1 ? ""
      : `${up ? "▲ up" : "▼ down"} from ${before[right]}`;
    return [i + 1, data.documents[left], gone, data.documents[right], move];
  });
}

/** Return the medians of the committed run as text. */
export function searchTimes(data, state) {
  const [before, after] = searchOutcome(data, state).ms;
  return `Time for this query: ${asFixed(before, 1)} ms unpruned, ${asFixed(after, 1)} ms pruned `
    + `(medians of ${data.rounds} runs in turn), measured on ${measuredOn(data.machine)}.`;
}

export function searchExplorer({ model, el }) {
  const data = model.get("data");
  const look = hatched(SEARCH_LOOKS);
  const [line, clock] = [readout(), count()];
  const table = h("div", { class: "course-table" });
  const bars = h("div", { class: "course-narrow" });
  const moves = h("div", { class: "course-narrow" });
  const kept = positions(model, "search-explorer", show);
  const shares = data.shares.map((share) => [`${asGeneral(100 * share)} %`, share]);
  const { start } = data;
  const controls = {
    query: menu("query", data.questions.map(({ text }) => [text, text]), start.query,
      kept.moved("query")),
    units: slider("feed-forward units kept", shares, start.units, kept.moved("units")),
    method: choice("method", data.methods.map((name) => [name, name]), start.method,
      kept.moved("method")),
  };

  function show() {
    const state = {
      query: controls.query.value, units: controls.units.value, method: controls.method.value,
    };
    line.textContent = searchSentence(data, state);
    clock.textContent = searchTimes(data, state);
    table.replaceChildren(searchTable(searchRows(data, state)));
    moves.replaceChildren(searchMoves(searchOutcome(data, state)));
    bars.replaceChildren(searchBars(data, state, look));
  }

  const back = kept.restored(controls);
  el.append(
    count("These questions are ready-made: to read yours, this page would need the encoder’s 23 "
      + "million parameters. The notebook has them, and answers any question."),
    ...Object.values(controls), back, line, table, clock,
    h("p", {}, "The ten best documents and their scores, the cosine of document and query:"), moves,
    look.defs, look.keys(Object.keys(SEARCH_LOOKS)), bars,
  );
}

function searchTable(rows) {
  const cell = (text, mark) => h("td", {}, text, mark ? h("strong", {}, mark) : null);
  const head = ["place", "unpruned encoder", "pruned encoder"];
  return h("table", { class: "course-found" },
    h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map(([place, left, gone, right, move]) => h("tr", {},
      h("th", { scope: "row" }, place), cell(left, gone), cell(right, move)))));
}

/** Draw both rankings side by side, a line from each document's place to its new one. */
function searchMoves({ orders, places, scores }) {
  const shown = scores[0].length;
  const y = (place) => 42 + SEARCH_ROW * (Math.min(place, shown + 1) - 1);
  const drawn = [...new Set(orders.flatMap((order) => order.slice(0, shown)))];
  const lines = drawn.map((document) => {
    const [from, to] = places.map((of) => of[document]);
    const color = to === from ? "var(--soft)" : to < from ? "var(--kept)" : "var(--gone)";
    return s("path", {
      d: `M112 ${y(from) - 4}L248 ${y(to) - 4}`, stroke: color, "stroke-width": 2.5, fill: "none",
      "stroke-dasharray": to > from ? "7 3" : null,
    });
  });
  const side = (x, anchor, name, found) => [
    s("text", { x, y: 16, "text-anchor": anchor, "font-weight": "bold" }, name),
    ...found.map((score, i) => s("text", { x, y: y(i + 1), "text-anchor": anchor },
      `${i + 1}. ${asFixed(score / 1000, 3)}`)),
    s("text", { x, y: y(shown + 1), "text-anchor": anchor }, "lower"),
  ];
  const moved = orders[0].slice(0, shown)
    .map((document, i) => `${i + 1} to ${places[1][document]}`).join(", ");
  const scored = scores.map((found) => found.map((score) => asFixed(score / 1000, 3)).join(", "));
  return drawing(360, y(shown + 1) + 34,
    `Places of the ten best documents, unpruned to pruned: ${moved}. `
      + `Scores unpruned: ${scored[0]}; pruned: ${scored[1]}.`,
    side(104, "end", "unpruned", scores[0]), lines, side(256, "start", "pruned", scores[1]),
    s("text", { x: 180, y: y(shown + 1) + 26, "text-anchor": "middle" },
      "blue: up; dashed: down; gray: in its place"));
}

function searchBars(data, state, look) {
  const out = searchOutcome(data, state);
  const counts = [["parameters", out.parameters], ["MACs", out.macs]];
  const rows = counts.map(([label, [before, after]]) => {
    const whole = searchSum(before);
    const parts = data.parts.map((name, i) => [name, 100 * after[i] / whole]);
    const gone = 100 * (whole - searchSum(after)) / whole;
    return { label, parts: [...parts, ["removed", gone]], end: `${asFixed(100 - gone, 1)} % left` };
  });
  const alt = rows.map(({ label, parts }) => `${label}: `
    + parts.map(([name, size]) => `${name} ${asFixed(size, 1)} %`).join(", ")).join("; ");
  return stackedBars(rows, look, {
    alt: `Parts in percent of the unpruned encoder. ${alt}.`, unit: "% of the unpruned", reach: 100,
  });
}
