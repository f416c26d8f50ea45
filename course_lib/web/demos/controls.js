// The controls of a demo, as its data declare them.

import { choice, menu, numberField, slider, tick } from "../dom.js";
import { positions } from "../positions.js";

const CONTROL_KINDS = { choice, menu, number: numberField, slider, tick };

/**
 * Make controls, `[[name, kind, label, options, start], …]` where a number and a tick have
 * no options, and move them to where the reader left them. `show(state, controls)` hears of
 * every move, and of the start; both are by name. Returns `{rows, keep}`: the controls and
 * the button that leads back to the start, and `keep(name, value)` for another position of
 * this part.
 */
export function demoControls(model, part, declared, show) {
  const state = () => Object.fromEntries(
    Object.entries(controls).map(([name, control]) => [name, control.value]));
  const kept = positions(model, part, () => show(state(), controls));
  const controls = Object.fromEntries(declared.map(([name, kind, ...given]) => (
    [name, CONTROL_KINDS[kind](...given, kept.moved(name))])));
  const back = kept.restored(controls);
  return {
    rows: [...Object.values(controls), back],
    keep: (name, value) => kept.moved(name)(value),
  };
}

/** Return the place of each control among its options. */
export function optionsOf(declared, state) {
  return declared.map(([name, , , options]) => (
    options.findIndex(([, value]) => value === state[name])));
}
