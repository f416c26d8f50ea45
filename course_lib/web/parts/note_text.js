// A research note as the text of a file, and back: the form of course_lib/notes.py.

/** Return a note as Markdown; `sections` are a field, its heading, and
 * whether notes of earlier versions lack it. */
export function noteText(note, when, sections) {
  const title = `# Note on ${note.anchor} – ${note.label}`;
  const head = `${title}\n\nChapter ${note.chapter}, written ${when}\n`;
  const parts = sections.map(([name, title]) => (
    `## ${title}\n\n${note[name].trim().split("\n").map(escapedLine).join("\n")}\n`
  ));
  return [head, ...parts].join("\n");
}

/** Return the note in a text, or null. */
export function noteIn(text, sections) {
  if (typeof text !== "string") return null;
  const head = /^# Note on (.+?) – ([^\n]*)\n\nChapter (\d\d), written ([^\n]*)\n/.exec(text);
  if (!head) return null;
  const note = { anchor: head[1], label: head[2], chapter: head[3], when: head[4] };
  const titles = [];
  let name = null;
  for (const line of text.slice(head[0].length).split("\n")) {
    if (line.startsWith("## ")) {
      titles.push(line.slice(3));
      name = sections.find(([, title]) => title === line.slice(3))?.[0];
      note[name] = "";
    } else if (name) {
      note[name] += `${line.replace(/^\\(\\*## )/, "$1")}\n`;
    }
  }
  const wanted = sections.filter(([, title, isLater]) => !isLater || titles.includes(title));
  if (titles.join("\n") !== wanted.map(([, title]) => title).join("\n")) return null;
  for (const [one] of sections) note[one] = (note[one] ?? "").trim();
  return note;
}

function escapedLine(line) {
  return line.replace(/^(\\*## )/, "\\$1");
}
