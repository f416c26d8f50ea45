// Chapter 00's city: erase narrow stretches of street, or redraw it on a smaller sheet.

import { count, h, readout, s } from "../dom.js";
import { demoControls, optionsOf } from "./controls.js";

const CITY_UNIT = 18.6; // points between two streets, as in the notebook's figure

/** A part: two ways to prune a city, and what each does to the sheet of paper. */
export function city({ model, el }) {
  const data = model.get("data");
  const [line, sheet] = [readout(), h("div")];
  const { rows } = demoControls(model, "city", data.controls, (state, { share, lines }) => {
    share.hidden = state.way !== "erase";
    lines.hidden = !share.hidden;
    line.textContent = citySentence(data, state);
    sheet.replaceChildren(cityDrawn(data, cityAfter(data, state), line.textContent));
  });
  el.append(...rows, line, sheet, count(data.note));
}

/** Return the sentence below the controls. */
export function citySentence(data, state) {
  const [, share, lines] = optionsOf(data.controls, state);
  return data.said[state.way][state.way === "erase" ? share : lines];
}

/** Return a city after pruning: `{lines, crossings, across, down}`, flat, row by row. */
export function cityAfter(data, { way, share, lines }) {
  return way === "erase" ? cityErased(data, share) : cityRedrawn(data, lines);
}

function cityErased({ lines, crossings, across, down }, share) {
  const widths = [...across, ...down];
  const order = widths.map((_, i) => i).sort((a, b) => widths[a] - widths[b] || a - b);
  for (const i of order.slice(0, Math.round(share * widths.length))) widths[i] = 0;
  const cut = across.length;
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

function cityDrawn(data, { lines, crossings, across, down }, alt) {
  const { margin } = data;
  const scale = (lines - 1) / (data.lines - 1);
  const points = (line) => line.map(([x, y]) => `${x * scale},${y * scale}`).join(" ");
  const side = (streets) => streets - 1 + 2 * margin;
  const sheet = (streets, look) => s("rect", {
    x: -margin, y: -margin, width: side(streets), height: side(streets), class: look,
  });
  const box = side(data.lines) + 0.2;
  return s(
    "svg", {
      viewBox: `${-margin - 0.1} ${-margin - 0.1} ${box} ${box}`, role: "img",
      "aria-label": alt, class: "course-drawing course-city",
    },
    s("clipPath", { id: "city-sheet" }, sheet(lines, "")),
    lines < data.lines ? sheet(data.lines, "city-before") : null,
    sheet(lines, "city-sheet"),
    s("polygon", { points: points(data.park), class: "city-park" }),
    s("polyline", {
      points: points(data.river), class: "city-river", "clip-path": "url(#city-sheet)",
    }),
    cityStreets(data.wide, [
      ...across.map((width, i) => {
        const from = i + Math.floor(i / (lines - 1));
        return [crossings[from], crossings[from + 1], width];
      }),
      ...down.map((width, i) => [crossings[i], crossings[i + lines], width]),
    ]),
  );
}

/** Draw stretches, `[[from, to, width], …]`: erased ones, edges, and roads, wide ones last. */
function cityStreets(wide, stretches) {
  stretches.sort((a, b) => a[2] - b[2]);
  const drawn = (width) => Math.min(0.3 + 0.85 * width, 6);
  const street = ([[x1, y1], [x2, y2]], look, width) => s("line", {
    x1, y1, x2, y2, class: look, "stroke-width": width / CITY_UNIT,
  });
  const open = stretches.filter(([, , width]) => width);
  return [
    stretches.filter(([, , width]) => !width).map((one) => street(one, "city-erased", 0.9)),
    open.map((one) => street(one, "city-edge", drawn(one[2]) + 1.5)),
    open.map((one) => street(
      one, one[2] >= wide ? "city-main" : "city-street", drawn(one[2]),
    )),
  ].flat();
}
