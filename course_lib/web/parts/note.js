// A research note: pick an object of the page, write, and take a question away.

import { h, button, count, inRow, menu, textArea } from "../dom.js";
import { newRecordId } from "../store.js";
import { autosave } from "./draft.js";
import { follow, keeper, kept, plural, setText, swap } from "./kept.js";
import { noteIn, noteText } from "./note_text.js";

export function note({ model, el }) {
  const data = model.get("data");
  const { chapter, fields, sections, suggestions } = data;
  const { send, line } = keeper(model);
  const draft = autosave(model, send, `${chapter}-note`);
  const objects = [...data.objects];
  let touched = false; // somebody typed here
  let stored = false;

  const problem = h("p", { class: "course-hint", role: "status" });
  const evidence = h("ul", {});
  const counted = count();
  const list = h("div", {});
  const copied = h("span", { role: "status" });
  const toCopy = h("textarea", { readonly: true, rows: 6 });
  const areas = Object.fromEntries(fields.map(([name, label]) => (
    [name, textArea(label, "", changed, { suggestion: suggestions[name] ?? "" })]
  )));
  const object = h("div", {});
  let pick = null;

  function offer(anchor) {
    const inWords = ({ kind, number, label }) => `${kind} ${number}: ${label}`;
    const listed = objects.map((one) => [inWords(one), one.number]);
    pick = menu("object", listed, anchor, changed);
    pick.classList.add("course-wide");
    object.replaceChildren(pick);
  }

  function picked() {
    return objects.find(({ number }) => number === pick.value);
  }

  function written() {
    const { kind, number, label } = picked();
    const texts = Object.fromEntries(fields.map(([name]) => [name, areas[name].value]));
    return {
      chapter, anchor: number, label: `${kind}, ${label}`, ...texts,
      evidence: evidenceFor().map((text) => `- ${text}`).join("\n"),
    };
  }

  function evidenceFor() {
    const { kind, number, more = [] } = picked();
    return [`${kind} ${number} on this page`, ...more, ...data.inspect];
  }

  function changed() {
    touched = true;
    setText(problem, "");
    draft.save(noteText(written(), "a draft", sections));
    show();
  }

  function keep() {
    const made = written();
    if (!made.note.trim() && !made.question.trim()) {
      setText(problem, "Not kept: write a question or a note first.");
      return;
    }
    const when = `${new Date().toISOString().slice(0, 19)}+00:00`;
    const stamp = when.slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
    const id = `${chapter}-${stamp}-${newRecordId()}`;
    send({ kind: "note", name: chapter, id, value: noteText(made, when, sections) });
    draft.save("");
    setText(problem, model.get("trouble") ? "" : "Kept in this browser.");
  }

  function startAnew() {
    for (const area of Object.values(areas)) area.value = "";
    changed();
  }

  function notes() {
    const found = kept(model, "note", chapter).map(({ value }) => noteIn(value, sections));
    return found.filter(Boolean).sort((a, b) => (a.when < b.when ? -1 : Number(a.when > b.when)));
  }

  function fill() {
    const left = draft.elsewhere();
    const start = (left && noteIn(left.value, sections)) ?? notes().at(-1) ?? {};
    const anchor = start.anchor ?? objects[0].number;
    if (!objects.some(({ number }) => number === anchor)) {
      // of another version of the page; the draft keeps it
      const [kind, ...label] = start.label.split(", ");
      objects.push({ number: anchor, kind, label: label.join(", ") });
    }
    offer(anchor);
    for (const [name, area] of Object.entries(areas)) area.value = start[name] ?? "";
  }

  function show() {
    swap(evidence, pick.value, () => evidenceFor().map((text) => h("li", {}, text)));
    toCopy.value = handoff(data.handoff, written());
    setText(copied, "");
    const found = notes();
    swap(list, found, () => found.length > 0 && [
      h("p", {}, h("em", {}, "Your notes on this chapter")),
      h("ul", {}, found.map((one) => (
        h("li", {}, `${one.when.slice(0, 10)}, ${one.label}: ${one.note || one.question}`)
      ))),
    ]);
    const place = `object ${objects.indexOf(picked()) + 1} of ${objects.length}`;
    setText(counted, `${place} · ${plural(found.length, "note")} kept`);
  }

  const copy = button("copy", () => {
    toCopy.select(); // works wherever the newer navigator.clipboard is not allowed
    setText(copied, document.execCommand("copy") ? "copied" : "now press Ctrl+C (on a Mac: ⌘C)");
  });
  const keepIt = button("keep this note", keep, { primary: true });
  const taken = h("label", {}, data.take, toCopy);
  el.append(
    object, h("p", {}, "Evidence to inspect:"), evidence, ...Object.values(areas),
    inRow(keepIt, button("new note", startAnew), counted), line, problem,
    h("div", { class: "course-field course-card" }, taken, inRow(copy, copied)),
    list,
  );
  follow(model, () => {
    stored ||= draft.isMine();
    const erased = stored && !draft.isMine();
    if (erased || (!touched && !el.contains(document.activeElement))) {
      touched = stored = false;
      fill();
    }
    show();
  });
}

/** Return a note as a question to take away; each pair is a paragraph, filled and empty. */
function handoff(paragraphs, made) {
  const fill = (text) => text.replace(/\{(\w+)\}/g, (_, name) => made[name]);
  return paragraphs.map(([full, empty]) => {
    const asked = [...full.matchAll(/\{(\w+)\}/g)].every(([, name]) => made[name].trim());
    return fill(asked ? full : empty);
  }).join("\n\n");
}
