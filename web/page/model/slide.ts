/**
 * The slide, for wet thumbs: it may wander up and down and back, and need not reach the very end; a tap,
 * or a drop of water that jumps across the track, is not a slide. Pure: positions and times come in.
 */

/** Reached with the thumb still down: slid. */
export const endProgress = 0.92;
/** Let go beyond this: slid. */
export const releaseProgress = 0.75;
/** A thumb takes longer, and is seen in more places, than water. */
export const shortestMs = 120;
export const fewestMoves = 3;
/** Enter or Space, held this long. */
export const holdMs = 800;

export type Slide =
  | { readonly type: "idle" }
  | {
      readonly type: "sliding";
      readonly pointer: number;
      readonly startX: number;
      readonly startedAt: number;
      readonly moves: number;
      /** 0–1 */
      readonly progress: number;
    }
  /** said once; then it is idle again */
  | { readonly type: "slid" };

export const idle: Slide = { type: "idle" };

export function press(slide: Slide, pointer: number, x: number, now: number): Slide {
  if (slide.type === "sliding") return slide;
  return { type: "sliding", pointer, startX: x, startedAt: now, moves: 0, progress: 0 };
}

/** @param length of the way from start to end, in px */
export function move(slide: Slide, pointer: number, x: number, length: number, now: number): Slide {
  if (slide.type !== "sliding" || slide.pointer !== pointer) return slide;
  const progress = Math.min(1, Math.max(0, (x - slide.startX) / Math.max(1, length)));
  const moved = { ...slide, progress, moves: slide.moves + 1 };
  return progress >= endProgress && isThumb(moved, now) ? { type: "slid" } : moved;
}

export function release(slide: Slide, pointer: number, now: number): Slide {
  if (slide.type !== "sliding" || slide.pointer !== pointer) return slide;
  const isFarEnough = slide.progress >= releaseProgress;
  return isFarEnough && isThumb(slide, now) ? { type: "slid" } : idle;
}

/** The browser took the pointer away: nothing was meant. */
export function abandon(slide: Slide, pointer: number): Slide {
  return slide.type === "sliding" && slide.pointer === pointer ? idle : slide;
}

function isThumb(slide: { startedAt: number; moves: number }, now: number): boolean {
  return now - slide.startedAt >= shortestMs && slide.moves >= fewestMoves;
}
