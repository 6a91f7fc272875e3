/** Work on many rows in parts. */
import { setImmediate as othersTurn } from "node:timers/promises";

/**
 * How many rows a query reads at once. SQLite runs in this process and blocks it meanwhile, so a tap waits
 * for one part at most.
 */
export const portionLength = 500;

/** Divides the list, and lets other work run between two parts. */
export async function* portions<T>(list: readonly T[]): AsyncGenerator<readonly T[]> {
  for (let first = 0; first < list.length; first += portionLength) {
    if (first > 0) await othersTurn();
    yield list.slice(first, first + portionLength);
  }
}
