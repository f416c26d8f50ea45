// Chapter 00's city: erase narrow stretches of street, or redraw it on a smaller sheet.

import { choice, count, h, readout, s, slider } from "../dom.js";

const SHARES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const ERASE = "erase";
const REDRAW = "redraw";
const UNIT = 18.6; // points between two streets, as in the notebook's figure

/** A part: two ways to prune a city, and what each does to the sheet of paper. */
export function city({ model, el }) {
  const data = model.get("data");
  const sheet = h("div", {});
  const line = readout();
  const state = { way: ERASE, share: 0.5, lines: data.lines };
  const shares = SHARES.map((share) => [`${Math.round(100 * share)} %`, share]);
  const numbers = Array.from({ length: data.lines - 3 }, (_, i) => data.lines - i);
  const erasing = slider(
    "stretches to erase", shares, state.share, (share) => move({ share }),
  );
  const redrawing = slider(
    "streets kept in each direction", numbers.map((n) => [`${n}`, n]), state.lines,
    (lines) => move({ lines }),
  );
  const ways = [
    ["erase the narrowest stretches, wherever they are", ERASE],
    ["take out whole streets and redraw the rest", REDRAW],
  ];
  const move = (change) => {
    // the first look at a redrawn city should show that it can shrink
    if (change.way === REDRAW && state.lines === data.lines) {
      state.lines = 9;
      redrawing.value = 9;
    }
    Object.assign(state, change);
    erasing.hidden = state.way !== ERASE;
    redrawing.hidden = state.way !== REDRAW;
    const shown = cityAfter(data, state);
    line.textContent = citySentence(data, state);
    sheet.replaceChildren(cityDrawn(data, shown, line.textContent));
  };
  const legend = "A wide street is a large weight, a narrow street a small one, a dotted line a "
    + "weight of zero. The sheet of paper is the model’s file.";
  el.append(
    choice("prune the city", ways, ERASE, (way) => move({ way })),
    erasing, redrawing, line, sheet, count(legend),
  );
  move({});
}

/** Return the sentence below the controls. */
export function citySentence(data, state) {
  const shown = cityAfter(data, state);
  const all = data.across.length + data.down.length;
  const left = [...shown.across, ...shown.down].filter(Boolean).length;
  const side = (lines) => lines - 1 + 2 * data.margin;
  const paper = (side(shown.lines) / side(data.lines)) ** 2;
  const sheet = shown.lines === data.lines
    ? "the sheet is as large as before"
    : `redrawn on ${Math.round(100 * paper)} % of the paper`;
  return `${left} of ${all} stretches of street left · ${sheet}`;
}

/** Return a city after pruning: `{lines, crossings, across, down}`, flat, row by row. */
export function cityAfter(data, { way, share, lines }) {
  return way === ERASE ? cityErased(data, share) : cityRedrawn(data, lines);
}

function cityErased(data, share) {
  const widths = [...data.across, ...data.down];
  const order = widths.map((_, i) => i).sort((a, b) => widths[a] - widths[b] || a - b);
  for (const i of order.slice(0, Math.round(share * widths.length))) widths[i] = 0;
  const { lines, crossings } = data;
  const cut = data.across.length;
  return { lines, crossings, across: widths.slice(0, cut), down: widths.slice(cut) };
}

function cityRedrawn(data, lines) {
  const n = data.lines;
  const across = (row, column) => data.across[row * (n - 1) + column];
  const down = (row, column) => data.down[row * n + column];
  const rows = cityWidest(n, lines, across);
  const columns = cityWidest(n, lines, (column, row) => down(row, column));
  const made = { lines, crossings: [], across: [], down: [] };
  rows.forEach((row, i) => columns.forEach((column, j) => {
    // a crossing keeps its distance from the grid, whose lines move closer together
    const [x, y] = data.crossings[row * n + column];
    made.crossings.push([x - column + j, y - row + i]);
    if (j + 1 < lines) made.across.push(cityMean((c) => across(row, c), column, columns[j + 1]));
    if (i + 1 < lines) made.down.push(cityMean((r) => down(r, column), row, rows[i + 1]));
  }));
  return made;
}

/** Return the indices of the streets that are widest on average, ascending. */
function cityWidest(n, count, width) {
  const mean = (street) => cityMean((place) => width(street, place), 0, n - 1);
  const streets = Array.from({ length: n }, (_, street) => street);
  return streets.sort((a, b) => mean(b) - mean(a)).slice(0, count).sort((a, b) => a - b);
}

function cityMean(at, from, to) {
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += at(i);
  return sum / (to - from);
}

function cityDrawn(data, shown, alt) {
  const margin = data.margin;
  const side = (lines) => lines - 1 + 2 * margin;
  const scale = (shown.lines - 1) / (data.lines - 1);
  const points = (line) => line.map(([x, y]) => `${x * scale},${y * scale}`).join(" ");
  const stretches = [];
  const add = (from, to, width) => {
    stretches.push([shown.crossings[from], shown.crossings[to], width]);
  };
  for (let row = 0; row < shown.lines; row += 1) {
    for (let column = 0; column < shown.lines; column += 1) {
      const at = row * shown.lines + column;
      if (column + 1 < shown.lines) {
        add(at, at + 1, shown.across[row * (shown.lines - 1) + column]);
      }
      if (row + 1 < shown.lines) add(at, at + shown.lines, shown.down[at]);
    }
  }
  stretches.sort((a, b) => a[2] - b[2]);
  const street = ([a, b], look, width) => s("line", {
    x1: a[0], y1: a[1], x2: b[0], y2: b[1], class: look, "stroke-width": width / UNIT,
  });
  const drawn = (width) => Math.min(0.3 + 0.85 * width, 6);
  const open = stretches.filter(([, , width]) => width > 0);
  const sheet = (lines, look) => s("rect", {
    x: -margin, y: -margin, width: side(lines), height: side(lines), class: look,
  });
  const box = side(data.lines) + 0.2;
  const clip = s("clipPath", { id: "city-sheet" }, sheet(shown.lines, ""));
  const picture = s("svg", {
    viewBox: `${-margin - 0.1} ${-margin - 0.1} ${box} ${box}`, role: "img", "aria-label": alt,
    class: "course-drawing course-city",
  }, clip,
  shown.lines < data.lines ? sheet(data.lines, "city-before") : null,
  sheet(shown.lines, "city-sheet"),
  s("polygon", { points: points(data.park), class: "city-park" }),
  s("polyline", {
    points: points(data.river), class: "city-river", "clip-path": "url(#city-sheet)",
  }),
  stretches.filter(([, , width]) => !width).map((one) => street(one, "city-erased", 0.9)),
  open.map((one) => street(one, "city-edge", drawn(one[2]) + 1.5)),
  open.map((one) => street(
    one, one[2] >= data.wide ? "city-main" : "city-street", drawn(one[2]),
  )));
  return picture;
}
