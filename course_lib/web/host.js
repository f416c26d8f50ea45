// The website's side of a part: finds the mounts of a page and gives each its model.

import { records, append, listen, trouble } from "./store.js";

/**
 * Draw all parts of the page. A mount is `<div data-part="predict">` that holds
 * `<script type="application/json">` with its data and, for readers without scripts,
 * the same in words. `parts` maps a name to its function. A part that fails leaves its
 * words, and does not keep the others from being drawn. The first part waits for the
 * other scripts, which lay out the page as it came; between two parts the page can answer
 * its reader. A mount that is done has `data-drawn`, and so has the root once all
 * are done, also those of another script.
 */
export async function mountAll(parts) {
  if (document.readyState !== "complete") {
    await new Promise((done) => ["DOMContentLoaded", "load"].forEach((event) =>
      addEventListener(event, done)));
  }
  for (const el of document.querySelectorAll("[data-part]")) {
    const part = parts[el.dataset.part];
    if (!part) continue;
    await new Promise((done) => setTimeout(done));
    const words = [...el.childNodes];
    try {
      const data = JSON.parse(el.querySelector("script[type='application/json']").textContent);
      el.replaceChildren();
      el.classList.add("course-part");
      part({ model: new StaticModel(data), el });
    } catch (error) {
      el.replaceChildren(...words);
      console.error(`part ${el.dataset.part}:`, error);
    }
    el.dataset.drawn = "";
  }
  if (document.querySelector("[data-part]:not([data-drawn])")) return;
  document.documentElement.dataset.drawn = "";
}

/**
 * What anywidget calls a model, without a kernel. `get("data")` is what the build
 * exported; `get("records")` are the reader's newest records, oldest first;
 * `get("trouble")` says why they cannot be saved. `send({kind, name, value, id})` keeps
 * one; every model then fires "change:records".
 */
class StaticModel {
  constructor(data) {
    this.state = { data };
    this.listeners = new Map();
    listen(() => this.fire("change:records"));
  }

  get(name) {
    if (name === "records") return records();
    return name === "trouble" ? trouble() : this.state[name];
  }

  set(name, value) {
    this.state[name] = value;
    this.fire(`change:${name}`);
  }

  save_changes() {}

  send(record) {
    append(record);
  }

  on(event, callback) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), callback]);
  }

  off(event, callback) {
    const left = (this.listeners.get(event) ?? []).filter((one) => one !== callback);
    this.listeners.set(event, callback ? left : []);
  }

  fire(event) {
    for (const callback of this.listeners.get(event) ?? []) {
      try {
        callback();
      } catch (error) { // the other parts still hear it
        console.error(error);
      }
    }
  }
}
