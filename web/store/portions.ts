/** Work on many rows in parts. */
import { setImmediate as othersTurn } from "node:timers/promises";

/**
 * How many rows a query reads at once. SQLite runs in this process and blocks it meanwhile, so a tap waits
 * for one part at most.
 */
export const portionLength = 500;

/** Divides the list, and lets other work run between two parts. */
export async function* portions<T>(list: readonly T[]): AsyncGenerator<readonly T[]> {
  let isFirst = true;
  for (const some of slices(list)) {
    if (!isFirst) await othersTurn();
    isFirst = false;
    yield some;
  }
}

/** Divides the list, for the statements of one transaction. */
export function* slices<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let first = 0; first < list.length; first += portionLength) {
    yield list.slice(first, first + portionLength);
  }
}
