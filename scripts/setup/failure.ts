import { UserError } from "../command-line/user-error.ts";
import type { Failure } from "./view.ts";

/** A failure with its parts, so that the page can show them one below the other. */
export class SetupError extends Error {
  readonly failure: Failure;

  constructor(cause: string, wayOut: string, field: string | null = null) {
    super(`${cause}: ${wayOut}`);
    this.failure = { cause: sentence(cause), wayOut: sentence(wayOut), field };
  }
}

/**
 * An error for the page. A UserError is one line: what happened, a colon, what to do.
 * @throws the error itself if it is a bug of ours
 */
export function failureOf(error: unknown, field: string | null = null): Failure {
  if (error instanceof SetupError) return error.failure;
  if (!(error instanceof UserError)) throw error;
  return { ...partsOf(error.message), field };
}

/** Divides one line into what happened and what to do. */
export function partsOf(message: string): { readonly cause: string; readonly wayOut: string } {
  const words = message.replaceAll(/(then )?run the (same )?command again/g, "$1try again");
  const at = firstColon(words);
  if (at < 0) return { cause: sentence(words), wayOut: "Try again." };
  return { cause: sentence(words.slice(0, at)), wayOut: sentence(words.slice(at + 2)) };
}

/** Outside of parentheses, which contain the words of other programs. */
function firstColon(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth += 1;
    if (text[i] === ")") depth -= 1;
    if (depth <= 0 && text.startsWith(": ", i)) return i;
  }
  return -1;
}

/** A first word that is a name or a path stays as it is. */
function sentence(text: string): string {
  const words = text.trim();
  const end = /[.!?…]$/.test(words) ? "" : ".";
  const isWord = /^[a-z]+(?=[ ,;]|$)/.test(words);
  return `${isWord ? words.charAt(0).toUpperCase() : words.charAt(0)}${words.slice(1)}${end}`;
}
