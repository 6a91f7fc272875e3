import type { Edge } from "../hardware/pin.ts";

/**
 * A pin's last moments as a line of `width` columns, the present at the right: `▁▁▁███▁▁`.
 * A column is HIGH where the pin was HIGH at any time in it, so that no pulse is too short to see.
 * @param edges oldest first, starting from LOW; `at` in ms
 * @param columnMs what one column stands for
 */
export function drawTimeline(
  edges: readonly Edge[],
  now: number,
  width: number,
  columnMs: number,
): string {
  // Columns start at multiples of their length: the picture moves, it does not flicker.
  const end = (Math.floor(now / columnMs) + 1) * columnMs;
  const start = end - width * columnMs;
  const columns = new Array<boolean>(width).fill(false);
  edges.forEach((edge, index) => {
    if (edge.value === 0) return;
    const rise = Math.floor((edge.at - start) / columnMs);
    const fallAt = edges[index + 1]?.at;
    // A column that begins as the pin falls is LOW; the one it rose in is HIGH at any rate.
    const fall = fallAt === undefined ? width : Math.ceil((fallAt - start) / columnMs);
    columns.fill(true, Math.max(0, rise), Math.max(0, rise + 1, fall));
  });
  return columns.map((isHigh) => (isHigh ? "█" : "▁")).join("");
}
