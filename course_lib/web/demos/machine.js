// The machine on which the build measured a committed run, in words.

export function measuredOn({ processor, cores, threads, system, versions, date }) {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  const used = `${threads} thread${threads === 1 ? "" : "s"} of ${cores} cores`;
  return `the machine that built this page (${processor}, ${used}, ${system}; ${named}) on ${date}`;
}
