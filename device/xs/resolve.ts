import { consistsOf, isDigit } from "../characters.ts";
import type { Timer } from "../hal.ts";

/**
 * The IPv4 address of a host, in dotted form; undefined if none is found. Called on a later turn.
 */
export type Resolve = (host: string, onResolved: (address: string | undefined) => void) => void;

/** Same as Moddable's `System.resolve`. */
export type NativeResolve = (
  host: string,
  callback: (host: string, address: string | undefined) => void,
) => void;

/**
 * Resolves names with the network's servers. Addresses and localhost need no query (RFC 6761, 6.3).
 */
export function createResolve(native: NativeResolve, timer: Timer): Resolve {
  return (host, onResolved) => {
    const known = host === "localhost" ? "127.0.0.1" : isAddress(host) ? host : undefined;
    if (known !== undefined) {
      timer.set(() => onResolved(known), 0);
      return;
    }
    try {
      native(host, (_host, address) => onResolved(address));
    } catch {
      // No memory for a query, or no resolver: treated as an unknown name.
      timer.set(() => onResolved(undefined), 0);
    }
  };
}

function isAddress(host: string): boolean {
  const parts = host.split(".");
  return (
    parts.length === 4 &&
    parts.every((each) => consistsOf(each, isDigit, 1, 3) && Number(each) < 256)
  );
}
