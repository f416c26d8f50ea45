// Positions of a part's controls: kept when a control moves, restored later.
//
// A position is the record of kind "control" that course_lib/page/positions.py writes, so
// that a notebook and a page restore each other's.

import { button } from "./dom.js";
import { keepPosition, positionsOf } from "./parts/kept.js";

/**
 * Return what keeps the positions of `part`, a name such as "mask-explorer".
 * `moved(name)` is what a control calls with its new value: `redraw()` runs, then the
 * value is kept. `restored(controls)`, controls by name, moves them to where they were
 * left, draws, and returns the button that leads back to the start; it is shown if a
 * control was restored elsewhere.
 */
export function positions(model, part, redraw) {
  const keep = (name, value) => {
    if (Number.isNaN(value)) return; // an empty field for a number
    keepPosition((record) => model.send(record), part, name, value);
  };
  const moved = (name) => (value) => { redraw(); keep(name, value); };

  function restored(controls) {
    const starts = Object.entries(controls).map(([name, control]) => [name, control.value]);
    const left = positionsOf(model, part);
    for (const [name, start] of starts) {
      const value = left[name];
      if (value === undefined || value === null) continue;
      controls[name].value = value;
      // kept by another version of the page, which had other stops
      if (controls[name].value !== value) controls[name].value = start;
    }
    const back = button("back to the start", () => {
      for (const [name, start] of starts) {
        if (controls[name].value !== start) keep(name, start);
        controls[name].value = start;
      }
      back.hidden = true;
      redraw();
    });
    back.hidden = starts.every(([name, start]) => controls[name].value === start);
    redraw();
    return back;
  }

  return { moved, restored };
}
