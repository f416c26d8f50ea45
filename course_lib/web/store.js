// What a reader enters, kept in this browser: the records of course_lib/store.py.
//
// A record is {kind, name, id, value, when}; a newer one replaces an older one of the same
// kind and id. Records are kept as the lines of a JSON Lines file, so that a file which
// this page exports can be put into a notebook's `my_work/records/`, and the other way
// around.

const KEY = "pruning-measured/records/1";
let known = null;
const listeners = [];

/** Return the newest records, oldest first. */
export function records() {
  known ??= parsed(localStorage.getItem(KEY) ?? "");
  return known;
}

/** Keep a record; its `id` is new unless it replaces one. */
export function append({ kind, name, value, id = crypto.randomUUID().slice(0, 12) }) {
  const record = { kind, name, id, value, when: new Date().toISOString() };
  known = [...records().filter((old) => old.kind !== kind || old.id !== id), record];
  localStorage.setItem(KEY, known.map((one) => JSON.stringify(one)).join("\n"));
  for (const heard of listeners) heard();
}

/** Call `heard()` after every change. */
export function listen(heard) {
  listeners.push(heard);
}

function parsed(text) {
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}
