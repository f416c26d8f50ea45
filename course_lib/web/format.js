// Numbers as Python's format() writes them: the same digits for the same double, so that
// a sentence on a page is the one that a notebook prints.

const SPARE = 25; // decimals beyond the last one: enough to tell a tie from its neighbors

/** Return `f"{value:.{decimals}f}"`: exact, and a tie goes to the even digit. */
export function asFixed(value, decimals = 0) {
  if (!Number.isFinite(value)) return notFinite(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size >= 1e21) { // from here on toFixed writes an exponent; all are whole numbers
    return `${sign}${BigInt(size)}${decimals ? `.${"0".repeat(decimals)}` : ""}`;
  }
  return sign + tiesToEven(size.toFixed(decimals), size.toFixed(decimals + SPARE));
}

/** Return `f"{value:,.{decimals}f}"`: as `asFixed`, with commas at the thousands. */
export function asGrouped(value, decimals = 0) {
  const [whole, ...rest] = asFixed(value, decimals).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
}

/** Return `f"{value:g}"`: six significant digits, without zeros at the end. */
export function asGeneral(value) {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [long, exponent] = value.toExponential(5 + SPARE).split("e");
  const short = value.toExponential(5).split("e");
  if (short[1] === exponent) short[0] = tiesToEven(short[0], long);
  const power = Number(short[1]);
  if (power < -4 || power >= 6) return withoutZeros(short[0]) + exponentOf(power);
  return withoutZeros(Number(short.join("e")).toFixed(5 - power));
}

/** Return bytes in the largest fitting unit, as `assumptions.in_bytes` does. */
export function inBytes(size) {
  for (const [unit, name] of [[1e9, "GB"], [1e6, "MB"], [1e3, "KB"]]) {
    if (size >= unit) return `${asFixed(size / unit, 2)} ${name}`;
  }
  return `${asFixed(size)} bytes`;
}

/** Return seconds as hours, minutes or seconds, as `assumptions.in_time` does. */
export function inTime(seconds) {
  for (const [unit, name] of [[3600, "hours"], [60, "minutes"]]) {
    if (seconds >= unit) return `${asFixed(seconds / unit, 1)} ${name}`;
  }
  return `${asFixed(seconds, 2)} seconds`;
}

/** Return `short`, or, where `long` shows that it rounds a tie, the even one of the two. */
function tiesToEven(short, long) {
  if (!long.endsWith(`5${"0".repeat(SPARE - 1)}`)) return short;
  const below = long.slice(0, -SPARE).replace(/\.$/, "");
  return "02468".includes(below.at(-1)) ? below : short;
}

function notFinite(value) {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

function withoutZeros(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function exponentOf(power) {
  return `e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
