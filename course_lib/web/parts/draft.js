// Text as it is typed, saved at every change until it becomes an answer or a note: what
// course_lib/drafts.py does for a notebook.

import { newRecordId } from "../store.js";
import { kept } from "./kept.js";

/**
 * Return the draft of one open field. `startedFrom` is the newest draft that another page
 * left, `others()` are the older ones; `save(text)` saves a text, and an empty one leaves no
 * draft; `isMine()` says whether what was saved here is still among the records, and
 * `elsewhere()` is the newest draft that was not typed here.
 */
export function autosave(model, send, field) {
  const id = newRecordId();
  const isText = ({ value }) => typeof value === "string" && value;
  const drafts = () => kept(model, "draft", field).filter(isText);
  const found = drafts();
  const older = new Set(found.slice(0, -1).map((one) => one.id));
  let startedFrom = found.at(-1);
  const put = (text, of) => send({ kind: "draft", name: field, value: text, id: of });
  return {
    startedFrom,
    others: () => drafts().filter((one) => older.has(one.id)),
    isMine: () => kept(model, "draft", field).some((one) => one.id === id),
    elsewhere: () => drafts().filter((one) => one.id !== id).at(-1),
    save(text) {
      put(text.trim() ? text : "", id);
      const old = startedFrom;
      startedFrom = undefined;
      // the draft that it continues goes, unless its own page has changed it since
      const isOld = (one) => one.id === old.id && one.when === old.when;
      if (old && drafts().some(isOld)) put("", old.id);
    },
  };
}
