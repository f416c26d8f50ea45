// The reader's own data: how much there is, as one file to keep, from a file, and gone.

import { h, button, inRow } from "../dom.js";
import { damagedLines, erase, exported, imported } from "../store.js";
import { follow, plural, setText } from "./kept.js";

export function keep({ model, el }) {
  const counted = h("span", { class: "course-count" });
  const trouble = h("p", { class: "course-trouble", role: "status" });
  const said = h("p", { class: "course-hint", role: "status" });
  const say = (text) => setText(said, text);

  const save = button("download as one file", () => {
    const href = URL.createObjectURL(new Blob([exported()], { type: "application/jsonl" }));
    const day = new Date().toISOString().slice(0, 10);
    h("a", { href, download: `pruning-measured-${day}.jsonl` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000); // the download has begun by then
    say("Downloaded. To use it with a notebook, put this file into its my_work/records/.");
  });

  const file = h("input", {
    type: "file", accept: ".jsonl", multiple: true, hidden: true, onchange: read,
  });
  const open = button("load a file", () => file.click());
  async function read() {
    const total = { added: 0, known: 0, damaged: 0 };
    let fits = true;
    for (const one of file.files) {
      const result = imported(await one.text());
      for (const name of Object.keys(total)) total[name] += result[name];
      fits &&= result.fits;
    }
    file.value = ""; // the same file can be chosen again
    const bad = total.damaged ? ` ${plural(total.damaged, "line")} could not be read.` : "";
    const full = fits ? "" : " The rest does not fit into this browser’s storage.";
    say(`${plural(total.added, "record")} added, ${total.known} were already here.${bad}${full}`);
  }

  const sure = inRow();
  const question = h("span", {});
  const no = button("no, keep it", () => ask(false));
  const yes = button("yes, erase it", () => {
    const gone = erase();
    ask(false);
    say(gone ? "Everything is erased from this browser." : "This browser did not let us erase it.");
  });
  sure.append(question, yes, no);
  const begin = button("erase all", () => ask(true));
  function ask(asking) {
    const had = sure.contains(document.activeElement);
    sure.hidden = !asking;
    say("");
    if (asking) no.focus();
    else if (had) (begin.disabled ? open : begin).focus();
  }
  sure.hidden = true;

  el.classList.add("course-keep");
  el.append(
    h("p", {}, h("strong", {}, "Your work in this browser"), " ", counted),
    inRow(save, open, begin), file, sure, trouble, said,
  );
  follow(model, () => {
    const number = model.get("records").length;
    const bad = damagedLines().length;
    const damaged = bad ? ` · ${plural(bad, "damaged line")}, kept as is` : "";
    setText(counted, `${plural(number, "record")}${damaged} · never sent anywhere`);
    setText(question, `Erase ${plural(number, "record")} for good?`);
    setText(trouble, model.get("trouble"));
    save.disabled = begin.disabled = number + bad === 0;
  });
}
