// Reads a network from the bytes of a `.pruned` file: course_lib/storage in JavaScript, for
// networks of the kinds MLP and LeNet5. Same tensors, bit for bit, and same refusals.
//
// Whole numbers of up to 48 bits are kept in doubles, which hold them exactly; shifts are
// then multiplications and divisions by powers of two.

/** The file is not, or no longer, one that `storage.save` wrote. */
export class BadFileError extends Error {}

const FLOATS = 0, CODES32 = 1, CODES8 = 3, WHOLE = 4, MULTIPLES = 5;
const BY_COLUMNS = 16, BY_GAPS = 32;
const LARGEST_MULTIPLE = 15;

/**
 * Return `{description, tensors}` of a file's bytes, a Uint8Array. `tensors` maps a name to
 * `{shape, values}` with a Float32Array, full shapes, zeros where pruned. Throws a
 * BadFileError for bytes that `storage.save` did not write, and for a network with more
 * than `maxParameters`, before memory is allocated.
 */
export async function readPruned(bytes, maxParameters = 4_000_000) {
  if (bytes.length > 8 * maxParameters + 2 ** 16) {
    throw new BadFileError(`it has ${bytes.length} bytes, too many to be read`);
  }
  const fields = new FileFields(bytes);
  if (String.fromCharCode(...fields.take(4)) !== "PRUN") {
    throw new BadFileError("it must begin with b'PRUN'");
  }
  const version = fields.unsigned(1);
  if (version !== 1 && version !== 2) {
    throw new BadFileError(`its version must be in [1, 2], got ${version}`);
  }
  if (fields.unsigned(4) !== crc32(bytes.subarray(9))) {
    throw new BadFileError("its checksum is wrong: bytes have changed or are missing");
  }
  const checksum = fields.unsigned(4);
  const architecture = fields.take(fields.unsigned(2 * version));
  if (version === 2) throw new BadFileError("it holds a network that is not the course's");
  const [description, shapes] = await described(architecture, maxParameters);
  const plans = Object.entries(shapes).map(([name, shape]) => [name, readPlan(fields, shape)]);
  const coder = new BitReader(fields.rest());
  const tensors = {};
  let alive = [], found = 0;
  for (const [name, plan] of plans) {
    const words = readTensor(coder, plan, alive);
    tensors[name] = { shape: plan.shape, values: new Float32Array(words.buffer) };
    found = crc32(new Uint8Array(words.buffer), found);
    alive = plan.alive ?? alive;
  }
  if (!coder.ended()) throw new BadFileError("its code does not end where its symbols do");
  if (found !== checksum) {
    throw new BadFileError("its tensors are not those that were written");
  }
  return { description, tensors };
}

/** Numbers from bytes, one after another, the lowest byte first; never beyond the end. */
class FileFields {
  constructor(bytes) {
    this.bytes = bytes;
    this.place = 0;
  }

  take(size) {
    const end = BigInt(this.place) + BigInt(size);
    if (end > this.bytes.length) {
      throw new BadFileError(
        `it ends after ${this.bytes.length} bytes, where ${end} are needed`,
      );
    }
    const found = this.bytes.subarray(this.place, Number(end));
    this.place = Number(end);
    return found;
  }

  /** Return a number of up to four bytes. */
  unsigned(size) {
    return this.take(size).reduceRight((value, byte) => 256 * value + byte, 0);
  }

  /** Return a BigInt of eight bytes. */
  long() {
    return this.take(8).reduceRight((value, byte) => 256n * value + BigInt(byte), 0n);
  }

  rest() {
    return this.take(this.bytes.length - this.place);
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let k = 0; k < 8; k += 1) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

function crc32(bytes, before = 0) {
  let value = ~before;
  for (let i = 0; i < bytes.length; i += 1) {
    value = CRC_TABLE[(value ^ bytes[i]) & 255] ^ (value >>> 8);
  }
  return ~value >>> 0;
}

// ---- the architecture: storage/text.py and models/registry.py

const LONGEST_TEXT = 1024;
const USUAL_TEXTS = '{"name":"TinyTransformer","arguments":{"width":64,"heads":[4,4,4],'
  + '"hidden":[128,128,128],"head_width":16,"patch":7}}'
  + '{"name":"TinyResNet","arguments":{"streams":[16,32],"inner":[[16,16],[32,32]]}}'
  + '{"name":"LeNet5","arguments":{"channels":[20,50],"hidden":500,"activation":"relu"}}'
  + '{"name":"MLP","arguments":{"widths":[784,300,100,10],"activation":"relu"}}';
const DEFAULTS = {
  MLP: { widths: undefined, activation: "relu" },
  LeNet5: { channels: [20, 50], hidden: 500, activation: "relu" },
};

/** Return the description in some deflated bytes, and the shapes of its tensors. */
async function described(data, maxParameters) {
  let found, shapes;
  try {
    const text = await inflated(data);
    // Python tells 1.0 from 1
    if (/\d[.eE]/.test(text)) throw new Error("sizes must be whole numbers");
    found = JSON.parse(text);
    shapes = shapesOf(found);
  } catch (error) {
    if (error instanceof BadFileError) throw error;
    throw new BadFileError(`its architecture cannot be built (${error.message})`);
  }
  const faithful = Object.keys(found).length === 2
    && Object.keys(found.arguments).length === Object.keys(DEFAULTS[found.name]).length;
  if (!faithful) throw new BadFileError("its architecture has entries that the network does not");
  const parameters = Object.values(shapes).reduce((sum, shape) => sum + product(shape), 0n);
  if (parameters > maxParameters) {
    throw new BadFileError(
      `it must describe at most ${maxParameters} parameters, got ${parameters}`,
    );
  }
  return [found, shapes];
}

/** Inflate raw bytes whose dictionary is USUAL_TEXTS; any Error for other bytes. */
async function inflated(data) {
  // The browser's inflater takes no dictionary. A block that is stored as it is does the
  // same: what follows may refer to it.
  const known = new TextEncoder().encode(USUAL_TEXTS);
  const size = known.length;
  const block = [0, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255];
  const parts = new Blob([Uint8Array.from(block), known, data]);
  const stream = parts.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const bytes = [];
  for (;;) {
    const { done, value } = await stream.read();
    if (done) break;
    for (const byte of value) bytes.push(byte);
    if (bytes.length > size + LONGEST_TEXT) {
      stream.cancel();
      throw new Error(`the text is longer than ${LONGEST_TEXT} bytes`);
    }
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes.slice(size)));
}

function product(shape) {
  return shape.reduce((all, side) => all * BigInt(side), 1n);
}

/** Return the shapes of a network's tensors by name; an Error unless it can be built. */
function shapesOf({ name, arguments: given }) {
  if (name === "TinyResNet" || name === "TinyTransformer") {
    throw new BadFileError(`it holds a ${name}; only MLP and LeNet5 are read here`);
  }
  const known = typeof name === "string" && Object.hasOwn(DEFAULTS, name);
  if (!known) throw new Error("name must be MLP or LeNet5");
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(DEFAULTS[name], key));
  if (unknown !== undefined) throw new Error(`it has no argument ${unknown}`);
  const { widths, channels, hidden, activation } = { ...DEFAULTS[name], ...given };
  if (!["relu", "gelu", "tanh"].includes(activation)) throw new Error("unknown activation");
  // Python lets true be a width of LeNet5
  const sizes = name === "MLP"
    ? widths
    : [...channels, hidden].map((size) => (size === true ? 1 : size));
  const enough = name === "MLP" ? sizes.length >= 2 : channels.length === 2;
  const whole = (size) => Number.isInteger(size) && size >= 1;
  if (!Array.isArray(sizes) || !enough || !sizes.every(whole)) {
    throw new Error("sizes must be whole numbers of at least 1");
  }
  const layers = name === "MLP"
    ? sizes.slice(1).map((size, i) => [`fc${i + 1}`, [size, sizes[i]]])
    : [
      ["conv1", [sizes[0], 1, 5, 5]],
      ["conv2", [sizes[1], sizes[0], 5, 5]],
      ["fc1", [sizes[2], 16 * sizes[1]]],
      ["fc2", [10, sizes[2]]],
    ];
  const shapes = {};
  for (const [layer, shape] of layers) {
    if (4n * product(shape) >= 2n ** 63n) throw new Error("sizes are too large");
    shapes[`${layer}.weight`] = shape;
    shapes[`${layer}.bias`] = [shape[0]];
  }
  return shapes;
}

// ---- one tensor: storage/tensors.py

/** Read the header of a tensor, before the mask and symbols of all tensors. */
function readPlan(fields, shape) {
  const first = fields.unsigned(1);
  const kind = first & (BY_COLUMNS - 1), byColumns = (first & BY_COLUMNS) > 0;
  if (first > BY_COLUMNS + BY_GAPS + MULTIPLES || kind > MULTIPLES || kind === WHOLE) {
    const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
    throw new BadFileError(`a tensor of shape (${sides}) has kind ${first}`);
  }
  const centroids = readCodebook(kind, fields);
  const rows = shape.length < 2 ? 1 : shape[0];
  const columns = shape.slice(shape.length < 2 ? 0 : 1).reduce((a, b) => a * b, 1);
  const [lines, cells] = byColumns ? [columns, rows] : [rows, columns];
  const plan = { kind, shape, byColumns, rows, columns, lines, cells, centroids };
  plan.planes = kind === FLOATS ? 4 : 1;
  plan.width = kind === FLOATS ? 8 : codeWidth(centroids.length);
  if (first & BY_GAPS) plan.gaps = readGaps(fields, lines, cells, plan.planes);
  return plan;
}

/** Return the bits of a code for this many centroids, 1 for none. */
function codeWidth(count) {
  return count === 0 ? 1 : 32 - Math.clz32(count - 1);
}

function readCodebook(kind, fields) {
  if (kind === FLOATS) return new Float32Array(0);
  if (kind === MULTIPLES) {
    const step = float16(fields.unsigned(2)), largest = fields.unsigned(1);
    if (!(Number.isFinite(step) && step > 0) || largest > LARGEST_MULTIPLE) {
      throw new BadFileError("a codebook's step or largest multiple is out of range");
    }
    // a product of two short numbers is exact, then rounded once to float32
    return Float32Array.from({ length: 2 * largest }, (_, i) =>
      (i < largest ? i - largest : i - largest + 1) * step);
  }
  const count = fields.unsigned(1) + 1;
  let centroids;
  if (kind === CODES8) {
    const scale = float32(fields.unsigned(4));
    centroids = Float32Array.from(new Int8Array(fields.take(count)), (step) => scale * step);
  } else {
    const [size, read] = kind === CODES32 ? [4, float32] : [2, float16];
    const stored = new FileFields(fields.take(size * count));
    centroids = Float32Array.from({ length: count }, () => read(stored.unsigned(size)));
  }
  const rising = centroids.every((value, i) => i === 0 || value > centroids[i - 1]);
  if (!rising || !centroids.every(Number.isFinite)) {
    throw new BadFileError("a codebook is not in rising order");
  }
  return centroids;
}

function float32(bits) {
  return new Float32Array(Uint32Array.of(bits).buffer)[0];
}

function float16(bits) {
  const sign = bits >> 15 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Return the bits of a tensor's float32 values; keep in `plan` which units have weights. */
function readTensor(coder, plan, alive) {
  const { kind, byColumns, rows, columns, lines, cells, planes, width, centroids } = plan;
  let { places, symbols } = plan.gaps ?? {};
  let inUse = plan.gaps && (byColumns ? plan.gaps.cells : plan.gaps.lines);
  if (!plan.gaps) {
    const mask = readMask(coder, lines, cells, ...hints(plan, alive));
    places = [];
    inUse = new Uint8Array(rows);
    mask.forEach((kept, place) => {
      if (!kept) return;
      places.push(place);
      inUse[byColumns ? place % cells : Math.floor(place / cells)] = 1;
    });
    symbols = Array.from({ length: planes }, () => coder.symbols(places.length, width));
  }
  if (plan.shape.length > 1) plan.alive = inUse;
  const bits = new Uint32Array(centroids.buffer);
  const words = new Uint32Array(rows * columns);
  for (let i = 0; i < places.length; i += 1) {
    let word = 0;
    for (const plane of symbols) word = (word << 8) | plane[i];
    if (kind !== FLOATS) {
      if (word >= centroids.length) {
        throw new BadFileError(`a code is beyond the ${centroids.length} centroids`);
      }
      word = bits[word];
    }
    const line = Math.floor(places[i] / cells), cell = places[i] % cells;
    words[byColumns ? cell * columns + line : places[i]] = word;
  }
  return words;
}

// ---- masks and symbols: storage/symbols.py

const STEPS = [1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128];
const DENSITY_LEVELS = Array.from({ length: 129 }, (_, ratio) =>
  STEPS.filter((step) => step <= ratio).length);
const UNKNOWN = 0, DEAD = 1, ALIVE = 2;

/** Return hints on the lines and cells of a mask from the units before it. */
function hints({ byColumns, lines, cells }, alive) {
  const [ofLines, ofCells] = [lines, cells].map((size) => new Uint8Array(size).fill(UNKNOWN));
  const read = byColumns ? ofLines : ofCells;
  if (alive.length && read.length % alive.length === 0) {
    const each = read.length / alive.length;
    for (let i = 0; i < read.length; i += 1) {
      read[i] = alive[Math.floor(i / each)] ? ALIVE : DEAD;
    }
  }
  return [ofLines, ofCells];
}

/** Return a mask, flat: 1 for a kept cell. */
function readMask(coder, lines, cells, lineHints, cellHints) {
  const mask = new Uint8Array(lines * cells);
  const ofLines = new Int32Array(2 * 6);
  const ofCells = new Int32Array(2 * 6 * (STEPS.length + 1));
  const used = new Int32Array(cells), contexts = new Int32Array(cells);
  let total = 0, some = 0;
  for (let i = 0; i < lines; i += 1) {
    some = coder.bit(ofLines, 2 * lineHints[i] + some);
    if (!some) continue;
    for (let j = 0; j < cells; j += 1) {
      const ratio = Math.floor((4 * (5 * used[j] + 2) * cells) / (5 * total + 2 * cells));
      const level = DENSITY_LEVELS[Math.min(ratio, 128)];
      contexts[j] = 2 * (level + cellHints[j] * (STEPS.length + 1));
    }
    let left = 0;
    for (let j = 0; j < cells; j += 1) {
      left = coder.bit(ofCells, contexts[j] + left);
      mask[i * cells + j] = left;
      used[j] += left;
      total += left;
    }
  }
  return mask;
}

// ---- the arithmetic code: storage/coder.py

const TOP = 2 ** 40, RANGE = 2 ** 48, NARROW = 2 ** 24;

/** Reads bits whose probabilities adapt to what was read before. */
class BitReader {
  constructor(data) {
    this.data = data;
    this.low = 0;
    this.high = RANGE - 1;
    this.code = 0;
    for (let i = 0; i < 6; i += 1) this.code = 256 * this.code + (data[i] ?? 0);
    this.place = 6;
  }

  /** Return the next bit; `counts` has the zeros and ones of each context so far. */
  bit(counts, context) {
    const zeros = counts[2 * context], ones = counts[2 * context + 1];
    let chance = Math.floor(((5 * ones + 2) * 65536) / (5 * (zeros + ones) + 4));
    chance = Math.min(Math.max(chance, 1), 65535);
    let { low, high } = this;
    const middle = low + Math.floor((high - low) / 65536) * chance;
    const bit = this.code <= middle ? 1 : 0;
    if (bit) high = middle;
    else low = middle + 1;
    counts[2 * context + bit] += 1;
    for (;;) {
      const border = Math.floor(high / TOP) * TOP;
      if (low < border) {
        if (high - low >= NARROW) break;
        // the ends lie on both sides of a boundary: keep the larger side
        if (border - low > high - border) high = border - 1;
        else low = border;
      }
      if (this.place > this.data.length + 6) throw new BadFileError("the data end too early");
      // the highest of 48 bits fall out; the products are exact
      this.code = ((this.code * 256) % RANGE) + (this.data[this.place] ?? 0);
      this.place += 1;
      low = (low * 256) % RANGE;
      high = ((high * 256) % RANGE) + 255;
    }
    this.low = low;
    this.high = high;
    return bit;
  }

  /** Return `count` symbols of `width` bits each. */
  symbols(count, width) {
    const counts = new Int32Array(2 << width), found = new Int32Array(count);
    for (let i = 0; i < count; i += 1) {
      let node = 1;
      for (let k = 0; k < width; k += 1) node = 2 * node + this.bit(counts, node);
      found[i] = node - (1 << width);
    }
    return found;
  }

  /** Return whether the writer finished exactly here, with the fewest bytes. */
  ended() {
    let size = 0, unit = RANGE;
    while (Math.floor(this.high / unit) * unit < this.low) {
      size += 1;
      unit /= 256;
    }
    const left = this.data.subarray(this.place - 6);
    const last = left.reduce((value, byte) => 256 * value + byte, 0);
    return left.length === size && last === Math.floor(this.high / unit);
  }
}

// ---- large tensors by gaps: storage/gaps.py

const SLOT_BITS = 14, SLOTS = 2 ** SLOT_BITS, GAP_TABLES = 8, LEAST = 2 ** 31;

/** Return marks of lines and cells, the kept places among marked ones, and symbols. */
function readGaps(fields, lines, cells, planes) {
  const [kept, ofRest, ofCode] = [fields.long(), fields.long(), fields.long()];
  if (kept > lines * cells || ofCode % 2n) {
    throw new BadFileError(
      `it has ${kept} weights for (${lines}, ${cells}), ${ofCode} bytes of code`,
    );
  }
  const coder = new BitReader(fields.take(ofRest));
  const words = new WordReader(fields.take(ofCode));
  const marks = { lines: coder.symbols(lines, 1), cells: coder.symbols(cells, 1) };
  const all = coder.symbols((GAP_TABLES + planes) * 256, SLOT_BITS + 1);
  if (!coder.ended()) {
    throw new BadFileError("a table of frequencies does not end where it should");
  }
  const tables = Array.from({ length: GAP_TABLES + planes }, (_, i) =>
    frequencyTable(all.subarray(256 * i, 256 * (i + 1))));
  const usedLines = placesOf(marks.lines), usedCells = placesOf(marks.cells);
  const places = words.gaps(tables, Number(kept), usedLines.length * usedCells.length)
    .map((place) => usedLines[Math.floor(place / usedCells.length)] * cells
      + usedCells[place % usedCells.length]);
  const symbols = tables.slice(GAP_TABLES).map((table) =>
    Array.from({ length: Number(kept) }, () => words.symbol(table)));
  if (!words.ended()) throw new BadFileError("the code does not end where its symbols do");
  return { ...marks, places, symbols };
}

function placesOf(marks) {
  return [...marks.keys()].filter((i) => marks[i]);
}

/** Return frequencies, where each symbol starts, and the symbol of each remainder. */
function frequencyTable(frequencies) {
  const starts = new Int32Array(256), slots = new Uint8Array(SLOTS);
  let sum = 0;
  frequencies.forEach((frequency, symbol) => {
    starts[symbol] = sum;
    slots.fill(symbol, sum, sum + frequency);
    sum += frequency;
  });
  if (sum !== 0 && sum !== SLOTS) {
    throw new BadFileError("the frequencies of a table do not add up");
  }
  return { frequencies, starts, slots };
}

/** Reads symbols from one large number, of which 47 bits are at hand. */
class WordReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.place = 0;
    this.number = 0;
  }

  fill() {
    while (this.number < LEAST) {
      if (this.place >= this.bytes.length) throw new BadFileError("the data end too early");
      const word = this.bytes[this.place] + 256 * this.bytes[this.place + 1];
      this.number = this.number * 65536 + word;
      this.place += 2;
    }
  }

  symbol({ frequencies, starts, slots }) {
    const left = this.number % SLOTS;
    const symbol = slots[left];
    const times = Math.floor(this.number / SLOTS);
    this.number = frequencies[symbol] * times + left - starts[symbol];
    this.fill();
    return symbol;
  }

  /** Return the places of `count` kept cells of `size`. */
  gaps(tables, count, size) {
    const places = new Array(count);
    let at = -1, recent = 0;
    this.fill();
    for (let i = 0; i < count; i += 1) {
      let level = 0;
      while (level < GAP_TABLES - 1 && recent >= 2 ** (2 * level + 1)) level += 1;
      const mark = this.symbol(tables[level]);
      let gap = mark;
      if (mark >= 16) {
        const unit = 2 ** ((mark >> 3) - 1);
        gap = (8 + (mark & 7)) * unit + (this.number % unit);
        this.number = Math.floor(this.number / unit);
        this.fill();
      }
      at += gap + 1;
      if (at >= size) throw new BadFileError("a gap ends beyond its matrix");
      recent += gap - Math.floor(recent / 8);
      places[i] = at;
    }
    return places;
  }

  ended() {
    return this.number === LEAST && this.place === this.bytes.length;
  }
}
