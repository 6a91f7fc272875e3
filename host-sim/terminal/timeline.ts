import type { Edge } from "../hardware/pin.ts";

/**
 * A pin's recent levels as a line of `width` columns, with the present at the right: `▁▁▁███▁▁`. A
 * column is HIGH if the pin was HIGH at any time in it, so even the shortest pulse is visible.
 * @param edges oldest first, starting from LOW; `at` in ms
 * @param columnMs duration of one column
 */
export function drawTimeline(
  edges: readonly Edge[],
  now: number,
  width: number,
  columnMs: number,
): string {
  // Columns start at multiples of their duration, so that the picture does not flicker.
  const end = (Math.floor(now / columnMs) + 1) * columnMs;
  const start = end - width * columnMs;
  const columns = new Array<boolean>(width).fill(false);
  edges.forEach((edge, index) => {
    if (edge.value === 0) return;
    const rise = Math.floor((edge.at - start) / columnMs);
    const fallAt = edges[index + 1]?.at;
    // A column that begins as the pin falls is LOW; the one it rose in is always HIGH.
    const fall = fallAt === undefined ? width : Math.ceil((fallAt - start) / columnMs);
    columns.fill(true, Math.max(0, rise), Math.max(0, rise + 1, fall));
  });
  return columns.map((isHigh) => (isHigh ? "█" : "▁")).join("");
}
