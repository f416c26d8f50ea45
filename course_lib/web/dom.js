// Elements, controls, and SVG: what every part of a page is built from.

const SVG = "http://www.w3.org/2000/svg";

/** Return an element: `h("p", {class: "x", onclick: f}, child, …)`; text becomes nodes. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** Return an SVG element, like `h`. */
export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Return a block of text that the build made from Markdown. */
export function prose(html = "") {
  const made = h("div", { class: "course-prose" });
  made.innerHTML = html;
  return made;
}

/** Return the line in which a demo states what it computed; screen readers hear it. */
export function readout(text = "") {
  return h("p", { class: "course-readout", "aria-live": "polite" }, text);
}

/** Return a quiet line for counts. */
export function count(text = "") {
  return h("p", { class: "course-count", "aria-live": "polite" }, text);
}

/** Return elements side by side, as far as they fit. */
export function inRow(...children) {
  return h("div", { class: "course-row" }, ...children);
}

export function button(text, onclick, { primary = false } = {}) {
  const look = primary ? "course-button course-primary" : "course-button";
  return h("button", { type: "button", class: look, onclick }, text);
}

let made = 0;
function newId() {
  made += 1;
  return `course-${made}`;
}

/** Return a label and the input that it is for, in a box with `value`. */
function labeled(look, label, input, { get, set }, ...more) {
  input.id = newId();
  const box = h("div", { class: look }, h("label", { for: input.id }, label), input, ...more);
  return valued(box, { get, set });
}

/** Give an element a `value` that `get` reads and `set` changes. */
function valued(element, { get, set }) {
  return Object.defineProperty(element, "value", { get, set });
}

/**
 * Return a labeled slider over fixed stops, `[[label, value], …]`.
 * `onchange(value)` is called while it is dragged. The element has `value` and `index`.
 */
export function slider(label, stops, start, onchange) {
  const at = (value) => Math.max(0, stops.findIndex(([, stop]) => stop === value));
  const out = h("output");
  const input = h("input", {
    type: "range", min: 0, max: stops.length - 1, step: 1, value: at(start),
    oninput: () => { show(); onchange(stops[input.value][1]); },
  });
  const show = () => {
    out.textContent = stops[input.value][0];
    input.setAttribute("aria-valuetext", stops[input.value][0]);
  };
  show();
  const box = labeled("course-control", label, input, {
    get: () => stops[input.value][1],
    set: (value) => { input.value = at(value); show(); },
  }, out);
  out.setAttribute("for", input.id);
  return box;
}

/**
 * Return a labeled group of radio buttons, `[[label, value], …]`; none is selected
 * while the value is null. The element has `value`. With `settled`, `onchange(value)` is
 * not called for what arrow keys pass over: it waits for the space bar, Enter, or the
 * focus to leave.
 */
export function choice(label, options, start, onchange, { settled = false } = {}) {
  const name = newId();
  let byArrow = false;
  let held = null;
  const settle = () => {
    const one = held;
    held = null;
    if (one) onchange(one.value);
  };
  const radios = options.map(([, value]) => h("input", {
    type: "radio", name, checked: value === start,
    onchange: () => {
      held = { value };
      if (!settled || !byArrow) settle();
    },
  }));
  const rows = options.map(([text], i) => h("label", {}, radios[i], h("span", {}, text)));
  const box = h("fieldset", {
    class: "course-choice",
    onkeydown: ({ key }) => {
      byArrow = key.startsWith("Arrow");
      if (key === " " || key === "Enter") settle();
    },
    onpointerdown: () => { byArrow = false; },
    onfocusout: ({ relatedTarget }) => { if (!box.contains(relatedTarget)) settle(); },
  }, h("legend", {}, label), ...rows);
  return valued(box, {
    get: () => options[radios.findIndex((radio) => radio.checked)]?.[1] ?? null,
    set: (value) => radios.forEach((radio, i) => { radio.checked = options[i][1] === value; }),
  });
}

/**
 * Return a labeled drop-down list, `[[label, value], …]`. The element has `value`, null
 * after it was set to what the list lacks.
 */
export function menu(label, options, start, onchange) {
  const select = h(
    "select",
    { onchange: () => onchange(options[select.selectedIndex][1]) },
    options.map(([text, value]) => h("option", { selected: value === start }, text)),
  );
  return labeled("course-control", label, select, {
    get: () => options[select.selectedIndex]?.[1] ?? null,
    set: (value) => { select.selectedIndex = options.findIndex(([, v]) => v === value); },
  });
}

/** Return a labeled checkbox; the element has `value`. */
export function tick(label, start, onchange) {
  const input = h("input", {
    type: "checkbox", checked: start, onchange: () => onchange(input.checked),
  });
  return valued(h("label", { class: "course-tick" }, input, h("span", {}, label)), {
    get: () => input.checked,
    set: (value) => { input.checked = value; },
  });
}

/** Return a labeled text field of several lines; the element has `value`. */
export function textArea(label, start, onchange, { rows = 3, suggestion = "" } = {}) {
  const area = h("textarea", {
    rows, placeholder: suggestion, oninput: () => onchange(area.value),
    autocomplete: "off", // or Back would put old text over the newest draft
  });
  area.value = start;
  return labeled("course-field", label, area, {
    get: () => area.value,
    set: (value) => { area.value = value; },
  });
}

/** Return a labeled field for a number; its value is NaN while it holds none. */
export function numberField(label, start, onchange) {
  const input = h("input", {
    type: "number", step: "any", value: start, oninput: () => onchange(input.valueAsNumber),
  });
  return labeled("course-control", label, input, {
    get: () => input.valueAsNumber,
    set: (value) => { input.value = value; },
  });
}

/** Return an `<svg>` of a size in its own units, with an alternative text. */
export function drawing(width, height, alt, ...children) {
  return s("svg", {
    viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": alt, class: "course-drawing",
  }, ...children);
}
