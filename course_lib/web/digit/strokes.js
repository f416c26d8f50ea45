// From pen strokes to an image like those of MNIST.
//
// MNIST's digits were black and white, scaled to fit 20 × 20 pixels with their proportions,
// which made them gray, and put into 28 × 28 pixels so that their center of mass is in the
// middle (LeCun et al. 1998, section III.A). Here a digit is computed from the strokes
// themselves and not read from a canvas: every browser gets the same pixels.

const BOX = 20, SIDE = 28, FINE = 8;

/**
 * Return the images of some strokes, each a list of points [x, y] of a pen with a radius;
 * null without points. All are rows of pixels from 0 to 1: `fine` (160 × 160) is the ink,
 * cut out, `box` (20 × 20) the same in gray, and `image` (28 × 28) the centered digit.
 */
export function digitImage(strokes, radius) {
  const points = strokes.flat();
  if (!points.length) return null;
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const [left, top] = [xs, ys].map((places) => Math.min(...places) - radius);
  const [width, height] = [Math.max(...xs) + radius - left, Math.max(...ys) + radius - top];
  const side = Math.max(width, height), scale = (BOX * FINE) / side;
  const across = left - (side - width) / 2, down = top - (side - height) / 2;
  const fine = inkOf(
    strokes.map((stroke) => stroke.map(([x, y]) => [(x - across) * scale, (y - down) * scale])),
    radius * scale,
  );
  const box = new Float32Array(BOX * BOX);
  fine.forEach((ink, place) => {
    const x = Math.floor((place % (BOX * FINE)) / FINE);
    const y = Math.floor(place / (BOX * FINE * FINE));
    box[y * BOX + x] += ink / FINE ** 2;
  });
  let mass = 0, x = 0, y = 0;
  box.forEach((gray, place) => {
    mass += gray;
    x += gray * (place % BOX + 0.5);
    y += gray * (Math.floor(place / BOX) + 0.5);
  });
  const center = [x / mass, y / mass];
  const shift = center.map((place) => Math.round(SIDE / 2 - place));
  const image = new Float32Array(SIDE * SIDE);
  box.forEach((gray, place) => {
    const column = place % BOX + shift[0], row = Math.floor(place / BOX) + shift[1];
    if (Math.min(column, row) >= 0 && Math.max(column, row) < SIDE) {
      image[row * SIDE + column] = gray;
    }
  });
  return { fine, box, image };
}

/** Return 1 for each cell of a fine grid whose middle is within the radius of a stroke. */
function inkOf(strokes, radius) {
  const size = BOX * FINE;
  const ink = new Uint8Array(size * size);
  for (const stroke of strokes) {
    stroke.forEach(([x1, y1], i) => {
      const [x0, y0] = stroke[Math.max(i - 1, 0)];
      const [dx, dy] = [x1 - x0, y1 - y0];
      const length = dx * dx + dy * dy;
      const first = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - radius));
      const last = (a, b) => Math.min(size, Math.ceil(Math.max(a, b) + radius));
      for (let row = first(y0, y1); row < last(y0, y1); row += 1) {
        for (let column = first(x0, x1); column < last(x0, x1); column += 1) {
          const [x, y] = [column + 0.5 - x0, row + 0.5 - y0];
          const along = length && Math.min(1, Math.max(0, (x * dx + y * dy) / length));
          const away = (x - along * dx) ** 2 + (y - along * dy) ** 2;
          if (away <= radius * radius) ink[row * size + column] = 1;
        }
      }
    });
  }
  return ink;
}
