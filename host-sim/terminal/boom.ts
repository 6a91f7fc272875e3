/** The picture's size in characters; each has 2 × 4 dots (Unicode's braille patterns). */
export const boomColumns = 12;
export const boomRows = 3;

const dotBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** A boom and its post, down at 0, up at 1: {@link boomRows} lines, from top to bottom. */
export function drawBoom(position: number): string[] {
  const cells = Array.from({ length: boomRows }, () => new Array<number>(boomColumns - 1).fill(0));
  const angle = (position * Math.PI) / 2;
  const length = { x: boomColumns * 2 - 3, y: boomRows * 4 - 3 };
  const steps = 100;
  for (let step = 0; step <= steps; step++) {
    const x = Math.round((length.x * Math.cos(angle) * step) / steps);
    const y = Math.round((length.y * Math.sin(angle) * step) / steps) + 2;
    // Two dots thick: downwards when down, sideways when up.
    const beside = position < 0.5 ? [x, y - 1] : [x + 1, y];
    for (const [dotX = 0, dotY = 0] of [[x, y], beside]) {
      const fromTop = boomRows * 4 - 1 - dotY;
      const row = cells[Math.floor(fromTop / 4)];
      const column = Math.floor(dotX / 2);
      const bit = dotBits[fromTop % 4]?.[dotX % 2] ?? 0;
      if (row?.[column] !== undefined) row[column] |= bit;
    }
  }
  return cells.map((row, index) => {
    const post = index === boomRows - 1 ? "▐" : " ";
    return (
      post + row.map((bits) => (bits === 0 ? " " : String.fromCodePoint(0x2800 + bits))).join("")
    );
  });
}
