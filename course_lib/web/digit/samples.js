// Ten digits as strokes on a field of 280 × 280, for readers who cannot or will not draw.

/** Return points of an ellipse from one angle to another, in degrees clockwise from 3 h. */
function arcPoints(x, y, width, height, from, to) {
  return Array.from({ length: 33 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 32) * Math.PI) / 180;
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  });
}

/** Return the strokes of a sample digit. */
export function sampleStrokes(digit) {
  return [
    () => [arcPoints(140, 140, 55, 85, -80, 280)],
    () => [[[112, 92], [146, 58], [142, 224]]],
    () => [[...arcPoints(138, 104, 48, 46, -165, 35), [92, 220], [196, 218]]],
    () => [[...arcPoints(134, 98, 44, 40, -150, 85), ...arcPoints(136, 182, 52, 44, -85, 150)]],
    () => [[[128, 58], [88, 152], [200, 148]], [[168, 84], [160, 226]]],
    () => [[[186, 62], [112, 62], [104, 128], ...arcPoints(136, 170, 52, 52, -115, 140)]],
    () => [[[168, 56], [126, 100], [100, 158], ...arcPoints(140, 178, 42, 44, -170, 180)]],
    () => [[[86, 66], [192, 62], [128, 226]]],
    () => [[...arcPoints(140, 98, 38, 40, -60, -270), ...arcPoints(140, 182, 46, 44, -90, 270),
      ...arcPoints(140, 98, 38, 40, 90, -60)]],
    () => [[...arcPoints(136, 104, 42, 46, 0, -360), [176, 150], [160, 226]]],
  ][digit]();
}
