// What a reader enters, kept in this browser: the records of course_lib/store.py.
//
// A record is {kind, name, id, value, when}; a newer one replaces an older one of the same
// kind and id. Records are kept as the lines of a JSON Lines file, so that a file which
// this page exports can be put into a notebook's `my_work/records/`, and the other way
// around. What is stored is read again before every write, because another tab may have
// written; what cannot be stored counts until the page is closed.

const KEY = "pruning-measured/records/1";
const FIELDS = "id,kind,name,value,when";
const TROUBLES = {
  full: "Not saved: this browser’s storage is full. What you entered is still here until "
    + "you close this page. Download it under “Your work in this browser,” then free some space.",
  blocked: "Not saved: this browser keeps nothing for this page, as happens in some private "
    + "windows. What you entered is still here until you close this page. You can download "
    + "it under “Your work in this browser.”",
};
const listeners = [];
let unsaved = new Map();
let seen = null; // what is stored and unsaved, until one of them changes
let why = ""; // a key of TROUBLES

/** Return the newest records, oldest first. */
export function records() {
  return everything().found;
}

/** Return the stored lines that are no records. They are kept as they are. */
export function damagedLines() {
  return everything().damaged;
}

/** Return why nothing can be saved, as a sentence; empty while all is well. */
export function trouble() {
  everything();
  return TROUBLES[why] ?? "";
}

/** Keep a record; its `id` is new unless it replaces one. */
export function append({ kind, name, value, id = newRecordId() }) {
  let when = new Date().toISOString().replace("Z", "000+00:00"); // as Python writes it
  for (const old of records()) { // a clock that was ahead must not win
    if (old.kind === kind && old.name === name && old.when > when) when = old.when;
  }
  add([{ kind, name, id, value, when }]);
}

/** Return twelve characters that no other record has. */
export function newRecordId() {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return all that is kept as the text of a file, damaged lines included. */
export function exported() {
  const { found, damaged } = everything();
  const lines = [...found.map((one) => JSON.stringify(one)), ...damaged];
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * Add a file's records where they are newer; return how many, and how many are damaged.
 * Unless all of them fit into the storage, none is added: the reader's own words need
 * the room.
 */
export function imported(text) {
  const { found, damaged } = parsed(text);
  const mine = byKey(records());
  const newer = [...byKey(found).values()].filter((one) => wins(one, mine.get(keyOf(one)), false));
  const before = unsaved;
  if (newer.length) add(newer);
  const fits = why !== "full";
  if (!fits) {
    unsaved = before;
    add([]);
  }
  const known = found.length - newer.length;
  return { added: fits ? newer.length : 0, known, damaged: damaged.length, fits };
}

/** Erase everything, damaged lines included; return whether nothing is left. */
export function erase() {
  unsaved = new Map();
  try {
    localStorage.removeItem(KEY);
  } catch {
    why = "blocked";
  }
  changed();
  return exported() === "";
}

/** Call `heard()` after every change, those by other tabs included. */
export function listen(heard) {
  listeners.push(heard);
}

addEventListener("storage", (event) => {
  if (event.key === KEY || event.key === null) changed();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) changed(); // it heard nothing while another page was shown
});

function changed() {
  seen = null;
  for (const heard of listeners) heard();
}

function add(added) {
  seen = null;
  unsaved = byKey([...unsaved.values(), ...added]);
  try {
    const text = exported();
    localStorage.setItem(KEY, text);
    if (localStorage.getItem(KEY) === text) {
      unsaved = new Map();
      why = "";
    } else {
      why = "blocked";
    }
  } catch (error) {
    why = error.name === "QuotaExceededError" ? "full" : "blocked";
  }
  changed();
}

function everything() {
  if (seen === null) {
    let text = "";
    try {
      text = localStorage.getItem(KEY) ?? "";
    } catch {
      why = "blocked";
    }
    const { found, damaged } = parsed(text);
    const newest = [...byKey([...found, ...unsaved.values()]).values()];
    newest.sort((a, b) => (a.when < b.when ? -1 : Number(a.when > b.when)));
    seen = { found: newest, damaged };
  }
  return seen;
}

function keyOf(record) {
  return JSON.stringify([record.kind, record.id]);
}

function wins(one, other, ifEqual = true) {
  return !other || one.when > other.when || (ifEqual && one.when === other.when);
}

function byKey(list) {
  const newest = new Map();
  for (const one of list) {
    if (wins(one, newest.get(keyOf(one)))) newest.set(keyOf(one), one);
  }
  return newest;
}

function parsed(text) {
  const found = [];
  const damaged = [];
  for (const line of text.split("\n")) {
    const record = recordIn(line);
    if (record) found.push(record);
    else if (line.trim()) damaged.push(line);
  }
  return { found, damaged };
}

function recordIn(line) {
  try {
    const one = JSON.parse(line);
    const texts = [one.kind, one.name, one.id, one.when];
    const whole = Object.keys(one).sort().join() === FIELDS;
    return whole && texts.every((text) => typeof text === "string") ? one : null;
  } catch {
    return null;
  }
}
