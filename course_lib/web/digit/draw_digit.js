// A field to draw a digit in, and networks that answer at every stroke.

import { button, count, drawing, h, menu, readout, s, slider } from "../dom.js";
import { asGrouped } from "../format.js";
import { loadKernels } from "./kernels.js";
import { bestClass, buildNetwork, softmax } from "./network.js";
import { readPruned } from "./reader.js";
import { sampleStrokes } from "./samples.js";
import { digitImage } from "./strokes.js";
import { middle, pause, timeTurns } from "./timing.js";

const DRAW = "Draw a digit, or have one drawn for you.";
const FIELD = 280, PEN = 11, KEY_STEP = 10, IDLE = 400;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Draw the part. `data` has the kernels and, for each network, its file, in base64:
 * `{kernels, networks: [{name, file, bytes, weights, kept, right, of}], dense: {name, bytes,
 * script | file, weights, of, stops: [[threshold, right], …]}}`; `right` of `of` test
 * images were answered correctly when they were measured. `dense.script` is the address of
 * a script that is loaded when the slider is first moved and sets `globalThis.digitDense`.
 */
export function drawDigit({ model, el }) {
  el.classList.add("course-part");
  const data = model.get("data");
  const cards = data.networks.flatMap((network) =>
    [false, true].map((sparse) => networkCard(network, sparse)));
  const said = readout(DRAW), speed = count(), steps = stepPictures();
  const field = drawingField(answer, stopped);
  const again = button("Measure again", measure);
  again.hidden = true;
  const pruned = data.dense && pruner(data.dense, ready, () => current);
  let kernels = null, loaded = false, current = null, round = 0, waiting = null;
  let latest = 0, measured = "";

  /** Return the kernels; the first call also decodes the networks. */
  function ready() {
    if (!kernels) {
      kernels = loadKernels(digitBytes(data.kernels));
      load().catch((error) => {
        said.textContent = `The networks cannot run in this browser: ${error.message}.`;
      });
    }
    return kernels;
  }

  /** Show what every network answers to the strokes, on every move. */
  function answer(strokes) {
    round += 1;
    clearTimeout(waiting);
    current = digitImage(strokes, PEN);
    steps.show(current);
    ready();
    if (!loaded) return;
    for (const card of cards) card.show(current);
    pruned?.show();
  }

  /** Say it, after a stroke, and measure times once. */
  function stopped() {
    if (!loaded) return;
    const answers = cards.filter((card) => card.sparse)
      .map((card) => `${card.name} answers ${card.answer} (${percent(card.chance)})`);
    said.textContent = current ? `${answers.join(", ")}.` : DRAW;
    pruned?.say();
    if (current && again.hidden) waiting = setTimeout(measure, IDLE);
  }

  async function measure() {
    const mine = latest = round += 1;
    speed.textContent = "Measuring …";
    const times = await timeTurns(cards.map((card) => card.run), () => mine !== round);
    if (!times) { // the reader went on drawing
      if (latest === mine) speed.textContent = measured;
      return;
    }
    cards.forEach((card, i) => card.time(times[i]));
    const ratios = data.networks.map(({ name }, i) => {
      const pairs = times[2 * i].map((time, k) => time / times[2 * i + 1][k]);
      return `${asGrouped(middle(pairs), 1)} times as fast for ${name}`;
    });
    speed.textContent = measured = `Measured in this browser: skipping the pruned weights is ${
      ratios.join(" and ")}. Each time is the median of ${times[0].length} samples of at least `
      + "200 runs, with the fastest and the slowest in parentheses; a ratio is the median over "
      + "pairs of samples taken in turn.";
    again.hidden = false;
  }

  /** Decode the files, each in a task of its own, so that the page stays alive. */
  async function load() {
    const found = await kernels;
    said.textContent = "Decoding the networks …";
    for (const [i, network] of data.networks.entries()) {
      await pause();
      const start = performance.now();
      const decoded = await readPruned(digitBytes(network.file));
      const elapsed = performance.now() - start;
      for (const card of cards.slice(2 * i, 2 * i + 2)) {
        await pause();
        card.start(buildNetwork(found, decoded, card.sparse), elapsed);
      }
    }
    loaded = true;
    field.again();
  }

  const options = [["choose", null], ...Array.from({ length: 10 }, (_, i) => [`a ${i}`, i])];
  const chosen = menu("Draw for me", options, null, (digit) => {
    if (digit !== null) field.set(sampleStrokes(digit));
  });
  const clear = button("Clear", () => { chosen.value = null; field.set([]); });
  el.replaceChildren(
    h("div", { class: "course-digit" },
      h("div", {}, field.element, chosen, clear, steps.element),
      h("div", {}, said,
        h("div", { class: "course-digit-cards" }, cards.map((card) => card.element)),
        count("Your drawing is not a test image: the networks learned from other people’s pens, so "
          + "the percentages above may not hold for it."), speed, again)),
    ...(pruned ? [pruned.element] : []),
  );
  // a page that is only read decodes nothing
  for (const event of ["pointerover", "focusin"]) el.addEventListener(event, ready, { once: true });
  // JupyterLab would take the arrow keys; it asks the focused element first
  for (const each of el.querySelectorAll("input, select, canvas")) {
    each.dataset.lmSuppressShortcuts = "true";
  }
}

function digitBytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function percent(fraction) {
  return `${asGrouped(100 * fraction, 1)}%`;
}

/** The field: `set(strokes)` draws; `onchange(strokes)` on every move, then `onstop()`. */
function drawingField(onchange, onstop) {
  const canvas = h("canvas", {
    class: "course-digit-field", width: 2 * FIELD, height: 2 * FIELD, tabindex: 0,
    role: "application",
    "aria-label": "Field to draw a digit in. Arrow keys move the pen; "
      + "the space bar puts it down and lifts it.",
    onpointerdown: down, onpointermove: move, onpointerup: up, onpointercancel: up,
    onkeydown: key, onfocus: () => draw(), onblur: () => { penDown = false; draw(); },
  });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  let strokes = [], pointer = null, pen = [FIELD / 2, FIELD / 4], penDown = false;
  let due = 0, keyboard = false;

  function draw() {
    context.fillStyle = "#000";
    context.fillRect(0, 0, FIELD, FIELD);
    context.strokeStyle = context.fillStyle = "#fff";
    Object.assign(context, { lineWidth: 2 * PEN, lineCap: "round", lineJoin: "round" });
    for (const stroke of strokes) {
      context.beginPath();
      context.moveTo(...stroke[0]);
      for (const point of stroke) context.lineTo(...point);
      context.stroke();
    }
    if (!keyboard || document.activeElement !== canvas) return;
    context.lineWidth = 2;
    context.strokeStyle = penDown ? "#e69f00" : "#56b4e9";
    context.beginPath();
    context.arc(...pen, PEN + 2, 0, 2 * Math.PI);
    context.stroke();
  }

  /** Draw and answer with the next frame, once for all moves until then. */
  function changed() {
    due ||= requestAnimationFrame(() => {
      due = 0;
      draw();
      onchange(strokes);
    });
  }

  function stop() {
    cancelAnimationFrame(due);
    due = 0;
    draw();
    onchange(strokes);
    onstop();
  }

  function place(event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const inside = (at) => Math.min(FIELD, Math.max(0, at));
    return [
      inside((event.clientX - left) * (FIELD / width)),
      inside((event.clientY - top) * (FIELD / height)),
    ];
  }

  function down(event) {
    if (event.button !== 0 || pointer !== null) return;
    keyboard = false;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    strokes.push([place(event)]);
    changed();
  }

  function move(event) {
    if (event.pointerId !== pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    const stroke = strokes.at(-1);
    for (const point of (passed.length ? passed : [event]).map(place)) {
      const [x, y] = stroke.at(-1);
      // scribbling on one spot must not pile up points
      if (Math.hypot(point[0] - x, point[1] - y) >= 1) stroke.push(point);
    }
    changed();
  }

  function up(event) {
    if (event.pointerId !== pointer) return;
    pointer = null;
    stop();
  }

  function key(event) {
    const step = ARROWS[event.key];
    if (!step && event.key !== " ") return;
    event.preventDefault();
    keyboard = true;
    if (step) {
      pen = pen.map((at, axis) =>
        Math.min(FIELD - PEN, Math.max(PEN, at + KEY_STEP * step[axis])));
    } else {
      penDown = !penDown;
      if (penDown) strokes.push([]);
    }
    if (penDown) strokes.at(-1).push(pen);
    if (penDown || !step) stop();
    else draw();
  }

  draw();
  return {
    element: canvas,
    again: stop,
    set(given) {
      [strokes, penDown, pointer] = [given, false, null]; // a stroke under way ends here
      stop();
    },
  };
}

/** The steps from the strokes to what the networks see, as three small pictures. */
function stepPictures() {
  const names = ["cropped", "20 × 20, gray", "28 × 28, centered"];
  const sides = [20, 20, 28];
  const canvases = sides.map((side, i) => h("canvas", {
    width: i ? side : 8 * side, height: i ? side : 8 * side, role: "img",
    "aria-label": ["The drawing, cropped to its ink", "The same in 20 × 20 gray pixels",
      "The same in 28 × 28 pixels, its center of mass in the middle"][i],
  }));
  const pictures = canvases.map((canvas, i) =>
    h("figure", {}, canvas, h("figcaption", {}, names[i])));
  return {
    element: h("div", { class: "course-digit-steps" }, pictures),
    show(found) {
      const grays = found ? [found.fine, found.box, found.image] : [null, null, null];
      grays.forEach((gray, i) => paint(canvases[i], gray));
    },
  };
}

/** Show gray values from 0 to 1 as the pixels of a canvas; black for none. */
function paint(canvas, gray) {
  const pixels = new ImageData(canvas.width, canvas.height);
  for (let i = 0; i < canvas.width * canvas.height; i += 1) {
    pixels.data.fill(gray ? 255 * gray[i] : 0, 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

/** Ten bars; `show(scores)` draws them and returns the answer and its score. */
function scoreBars(name) {
  const bars = Array.from({ length: 10 }, (_, i) => s("rect", { x: 2 + 14 * i, width: 10 }));
  const labels = bars.map((_, i) =>
    s("text", { x: 7 + 14 * i, y: 73, "text-anchor": "middle" }, String(i)));
  const base = s("line", { x1: 0, x2: 140, y1: 60.5, y2: 60.5, stroke: "var(--line)" });
  const picture = drawing(140, 76, "", base, ...bars, ...labels);
  function show(scores) {
    const best = scores ? bestClass(scores) : null;
    bars.forEach((bar, i) => {
      const height = 58 * (scores?.[i] ?? 0);
      bar.setAttribute("y", 60 - height);
      bar.setAttribute("height", height);
      bar.setAttribute("fill", i === best ? "var(--accent)" : "var(--line)");
      labels[i].setAttribute("font-weight", i === best ? "bold" : "normal");
    });
    const said = scores?.map((score, i) => `${i}: ${percent(score)}`).join(", ") ?? "none yet";
    picture.setAttribute("aria-label", `Scores of ${name}: ${said}`);
    return [best, scores?.[best]];
  }
  show(null);
  return { element: picture, show };
}

/** One network on one kernel: its scores, answer, bytes, weights, and time. */
function networkCard({ name, bytes, weights, kept, right, of }, sparse) {
  const kind = sparse ? "sparse kernel: skips the zeros" : "dense kernel: multiplies zeros, too";
  const bars = scoreBars(`${name}, ${kind}`);
  const answered = h("strong", { class: "course-digit-answer" }, "–");
  const timed = h("li", {}, "time: measured after a stroke"), read = h("li", {}, "");
  const lines = sparse
    ? [`${asGrouped(kept)} weights left`, `file: ${asGrouped(bytes)} bytes`,
      `${asGrouped((100 * right) / of, 2)}% of test images right`]
    : [`${asGrouped(weights)} weights, zeros included`,
      `${asGrouped(4 * weights)} bytes as float32`];
  let network = null;
  const card = {
    name,
    sparse,
    run: () => network.run(),
    element: h("section", { class: "course-digit-card", "aria-label": `${name}, ${kind}` },
      h("p", {}, h("b", {}, name), h("br"), kind, answered),
      bars.element,
      h("ul", {}, lines.map((line) => h("li", {}, line)), timed, read)),
    start(built, elapsed) {
      network = built;
      if (sparse) read.textContent = `decoded in ${asGrouped(elapsed, 0)} ms`;
    },
    show(found) {
      const scores = answerOf(network, found);
      [card.answer, card.chance] = bars.show(scores);
      answered.textContent = card.answer ?? "–";
    },
    time(samples) {
      const [low, high] = [Math.min(...samples), Math.max(...samples)];
      timed.textContent =
        `${asGrouped(middle(samples), 1)} µs (${asGrouped(low, 1)} to ${asGrouped(high, 1)})`;
    },
  };
  return card;
}

/** Return the ten chances that a network gives to what was drawn; null for nothing. */
function answerOf(network, found) {
  if (!found) return null;
  network.image.set(found.image);
  network.run();
  return softmax(network.logits);
}

/** The dense network that a slider prunes, on `await kernels()`; `drawn()` is the image. */
function pruner(dense, kernels, drawn) {
  const bars = scoreBars(`${dense.name}, pruned by the slider`);
  const said = readout(`All ${asGrouped(dense.weights)} weights are still there. The network’s ${
    asGrouped(dense.bytes)} bytes load when you first move the slider.`);
  let network = null, whole = null, loading = null;
  let threshold = dense.stops[0][0], kept = 0, mine = "";

  function show() {
    if (!network) return;
    const [best, score] = bars.show(answerOf(network, drawn()));
    mine = best === null ? "" : ` Your drawing: ${best} (${percent(score)}).`;
  }

  function say() {
    if (!network) return;
    const [, right] = dense.stops.find(([stop]) => stop === threshold);
    said.textContent = `${asGrouped(kept)} of ${asGrouped(dense.weights)} weights are more than ${
      threshold} from zero and stay. ${asGrouped((100 * right) / dense.of, 2)}% of ${
      asGrouped(dense.of)} test images are answered correctly.${mine}`;
  }

  async function load() {
    const file = digitBytes(dense.file ?? await loadedScript(dense.script));
    const found = await readPruned(file);
    network = buildNetwork(await kernels(), found, false);
    whole = Object.entries(network.matrices).map(([name, W]) => [W, found.tensors[name].values]);
  }

  async function move(value) {
    threshold = value;
    if (!network) said.textContent = "Loading the dense network …";
    try {
      await (loading ??= load());
    } catch (error) {
      loading = null;
      said.textContent = `The dense network could not be loaded: ${error.message}.`;
      return;
    }
    kept = 0;
    for (const [W, values] of whole) {
      for (let i = 0; i < W.length; i += 1) {
        const keep = Math.abs(values[i]) > Math.fround(threshold);
        W[i] = keep ? values[i] : 0;
        kept += keep;
      }
    }
    show();
    say();
  }

  const stops = dense.stops.map(([stop]) => [`${stop}`, stop]);
  return {
    element: h("section", { class: "course-card", "aria-label": "Prune it yourself" },
      h("p", {}, h("b", {}, "Prune it yourself"), `: ${dense.name} before any pruning, with `
        + "its weights rounded to 8 bits. One threshold for all weights, and no fine-tuning "
        + "afterward."),
      slider("Prune weights up to", stops, threshold, move),
      h("div", { class: "course-digit-pruned" }, bars.element, said)),
    show,
    say,
  };
}

/** Load the script that holds the dense network, and return what it holds. */
function loadedScript(address) {
  return new Promise((resolve, reject) => {
    document.head.append(h("script", {
      src: address,
      onload: () => resolve(globalThis.digitDense),
      onerror: () => reject(new Error(`${address} is not there`)),
    }));
  });
}
