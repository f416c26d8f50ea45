// How long functions take in a page that stays alive meanwhile.

/** Let the page do what waits. */
export function pause() {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Return microseconds per call: for each of `runs`, a list of `samples`, in whose rounds
 * all take turns. A sample is the mean of at least `calls` calls, because a browser's clock
 * has steps of a tenth of a millisecond. They are made in slices of a few milliseconds,
 * between which the page stays alive. Null if `cancelled()` meanwhile.
 */
export async function timeTurns(runs, cancelled = () => false, samples = 7, calls = 200) {
  const slices = runs.map(() => 0);
  for (const [k, run] of runs.entries()) {
    for (let trial = 0; trial < 3; trial += 1) { // another program may interrupt one
      await pause();
      let made = 0;
      for (const start = performance.now(); performance.now() - start < 4; made += 1) run();
      slices[k] = Math.max(slices[k], made);
    }
  }
  const times = runs.map(() => []);
  for (let sample = 0; sample < samples; sample += 1) {
    for (const [k, run] of runs.entries()) {
      let made = 0, elapsed = 0;
      while (made < calls) {
        await pause();
        if (cancelled()) return null;
        const start = performance.now();
        for (let i = 0; i < slices[k]; i += 1) run();
        elapsed += performance.now() - start;
        made += slices[k];
      }
      times[k].push((1000 * elapsed) / made);
    }
  }
  return times;
}

/** Return the median of an odd number of values. */
export function middle(values) {
  return [...values].sort((a, b) => a - b)[(values.length - 1) / 2];
}
