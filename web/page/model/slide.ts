/**
 * Recognises the slide. A thumb may move up, down and back, and does not have to reach the very end. A tap
 * is not a slide, and neither is water on the screen, which causes jumps. Pure: positions and times are
 * arguments.
 */

/** Reaching this completes the slide. */
export const endProgress = 0.92;
/** Releasing beyond this completes the slide. */
export const releaseProgress = 0.75;
/** A thumb takes longer and causes more moves than water does. */
export const shortestMs = 120;
export const fewestMoves = 3;
/** How long Enter or Space must be held. */
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
  /** returned once; the next state is idle */
  | { readonly type: "slid" };

export const idle: Slide = { type: "idle" };

export function press(slide: Slide, pointer: number, x: number, now: number): Slide {
  if (slide.type === "sliding") return slide;
  return { type: "sliding", pointer, startX: x, startedAt: now, moves: 0, progress: 0 };
}

/** @param length the distance from start to end, in px */
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

/** The browser cancelled the pointer, so the slide is cancelled too. */
export function abandon(slide: Slide, pointer: number): Slide {
  return slide.type === "sliding" && slide.pointer === pointer ? idle : slide;
}

function isThumb(slide: { startedAt: number; moves: number }, now: number): boolean {
  return now - slide.startedAt >= shortestMs && slide.moves >= fewestMoves;
}
