// The words of the demo of six patterns: figures, verdict, and what comes before a guess.

import { asFixed, asGeneral, asGrouped } from "../format.js";

const FASTER_NONE = "none of them";
const FASTER_ALL = "all six";

/** Return the counts of a pattern, as `patterns.compute` of the notebook does. */
export function fasterOutcome(data, { share, kernel, pattern }) {
  const state = data.states[pattern][data.ratios.indexOf(share)];
  const size = data.side ** 2;
  const useful = data.batch * state.kept;
  return {
    ...state, size, useful,
    removed: 100 * (1 - state.kept / size),
    macs: kernel === "dense" ? data.batch * state.rows * data.side : useful,
    race: data.race[kernel][data.ratios.indexOf(share)],
  };
}

function fasterTimes(data, race, pattern) {
  return race[data.whole] / race[pattern];
}

/** Return one pattern's figures as text for the readout. */
export function fasterSentence(data, state) {
  const out = fasterOutcome(data, state);
  return `${state.pattern}, ${asFixed(out.removed, 1)} % removed, ${state.kernel} kernel: `
    + `${asGrouped(out.kept)} of ${asGrouped(out.size)} weights left · `
    + `${asGrouped(out.bytes)} bytes (${out.as}) instead of ${asGrouped(4 * out.size)} · `
    + `${asGrouped(out.macs)} MACs, `
    + `${asGrouped(out.useful)} of them useful · `
    + `${asFixed(fasterTimes(data, out.race, state.pattern), 2)} times as fast as the whole layer`;
}

/** Return the readout before a guess. */
export function fasterBefore(data, { share, kernel, pattern }) {
  return `${pattern}, ${asGeneral(100 * share)} % to remove, ${kernel} kernel: 0 of `
    + `${data.meanings.length} patterns measured. Commit to a guess first.`;
}

/** Return the rows of the table: each pattern, then the whole layer. */
export function fasterRows(data, state) {
  const rows = data.meanings.map(([pattern]) => {
    const out = fasterOutcome(data, { ...state, pattern });
    return [
      pattern === state.pattern ? `→ ${pattern}` : pattern, `${asFixed(out.removed, 1)} %`,
      asGrouped(out.bytes), out.as, asGrouped(out.macs), asGrouped(out.useful),
      asFixed(out.race[pattern], 3), asFixed(fasterTimes(data, out.race, pattern), 2),
    ];
  });
  const size = data.side ** 2;
  const macs = asGrouped(data.batch * size);
  const ms = fasterOutcome(data, state).race[data.whole];
  return [...rows, [
    data.whole, "0.0 %", asGrouped(4 * size), "dense", macs, macs, asFixed(ms, 3), "1.00",
  ]];
}

/** Return the guess, the measurement, and an explanation; bold is between asterisks. */
export function fasterVerdict(data, state, guess, sure) {
  const names = data.meanings.map(([name]) => name);
  const out = fasterOutcome(data, { ...state, pattern: "unstructured" });
  const won = names.filter((name) => fasterTimes(data, out.race, name) >= data.faster);
  const holds = guess === FASTER_NONE ? won.length === 0
    : guess === FASTER_ALL ? won.length === names.length : won.includes(guess);
  const price = out.race.unstructured / out.macs / (out.race[data.whole] / (data.batch * out.size));
  const why = state.kernel === "dense" ? data.whyDense
    : "The sparse kernel skips zeros but has to find each weight: one of its MACs (unstructured) "
      + `took ${asFixed(price, 1)} times as long as one of the dense kernel’s. For this kernel, `
      + "outputs that are cut out and outputs of zeros are alike.";
  return `**Your guess: ${guess}, ${sure} % sure.** At least a quarter faster: `
    + `**${won.join(", ") || FASTER_NONE}**. Your guess was ${holds ? "right" : "wrong"}. ${why}`;
}
