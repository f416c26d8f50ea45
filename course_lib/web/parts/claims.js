// Claims to judge: a verdict first, then status, evidence, and what would refute it.

import { h, choice, count, prose } from "../dom.js";
import { answersTo, follow, keepAnswer, keeper, setText, swap } from "./kept.js";

export function claims({ model, el }) {
  const { claims: listed, verdicts, elsewhere } = model.get("data");
  const judged = count();
  const cards = listed.map((claim) => claimCard(model, claim, verdicts, elsewhere));
  el.append(judged, ...cards);
  follow(model, () => {
    const number = listed.filter(({ name }) => verdictsOn(model, name, verdicts).length).length;
    setText(judged, `${number} of ${listed.length} judged`);
  });
}

function verdictsOn(model, name, verdicts) {
  return answersTo(model, `claim-${name}`).map(({ answer }) => answer)
    .filter((answer) => verdicts.includes(answer));
}

function claimCard(model, claim, verdicts, elsewhere) {
  const { send, line } = keeper(model);
  const told = h("div", { "aria-live": "polite" });
  const choose = choice(
    "your verdict", verdicts.map((verdict) => [verdict, verdict]), null,
    (verdict) => keepAnswer(send, `claim-${claim.name}`, verdict), { settled: true },
  );
  follow(model, () => {
    const given = verdictsOn(model, claim.name, verdicts);
    const verdict = given.at(-1) ?? null;
    choose.value = verdict;
    swap(told, [verdict, given[0]], () => verdict !== null && [
      comparison(claim, verdict, given[0]),
      prose(claim.review),
      h("details", {}, h("summary", {}, "How this was checked"), prose(claim.checked),
        claim.quoted ? null : prose(elsewhere)),
    ]);
  });
  return h("div", { class: "course-card" }, prose(claim.stated), choose, line, told);
}

/** Return a sentence that compares a verdict with the course's, if it has one. */
function comparison({ status, quoted }, verdict, first) {
  const before = first === verdict ? "" : ` (at first: ${first})`;
  const said = h("p", {}, "You say ", h("strong", {}, verdict), before);
  if (quoted) {
    said.append(". ");
    const why = prose(quoted);
    said.append(...why.firstElementChild.childNodes);
  } else if (verdict === status) {
    said.append(", and so does the course.");
  } else {
    said.append("; the course says ", h("strong", {}, status));
    said.append(". The scope, and what is not covered, explain why.");
  }
  return said;
}
