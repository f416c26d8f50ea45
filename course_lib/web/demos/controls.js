// The controls of a demo, as its data declare them.

import { choice, menu, slider } from "../dom.js";
import { positions } from "../positions.js";

const CONTROL_KINDS = { choice, menu, slider };

/**
 * Make controls, `[[name, kind, label, options, start], …]`, and move them to where the
 * reader left them. `show(state)` hears of every move, and of the start; `state` is their
 * values by name. Returns `{rows, keep}`: the controls and the button that leads back to
 * the start, and `keep(name, value)` for another position of this part.
 */
export function demoControls(model, part, declared, show) {
  const state = () => Object.fromEntries(
    Object.entries(controls).map(([name, control]) => [name, control.value]));
  const kept = positions(model, part, () => show(state()));
  const controls = Object.fromEntries(declared.map(([name, kind, label, options, start]) => (
    [name, CONTROL_KINDS[kind](label, options, start, kept.moved(name))])));
  const back = kept.restored(controls);
  return {
    rows: [...Object.values(controls), back],
    keep: (name, value) => kept.moved(name)(value),
  };
}
