/** The parts of `process.stdin` that are used. */
export interface Keyboard {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  on(event: "data", listener: (bytes: Buffer) => void): unknown;
  off(event: "data", listener: (bytes: Buffer) => void): unknown;
  pause(): unknown;
}

/** Whether single keys can be read from it. */
export function hasKeys(input: Keyboard): boolean {
  return input.isTTY === true && input.setRawMode !== undefined;
}

/**
 * Whether it is the key that quits: `q`, Ctrl-C at any position, Ctrl-D. `keys` is what arrived at
 * one moment: several characters are pasted text, or one key such as F1.
 */
export function quits(keys: string): boolean {
  return keys === "q" || keys.includes("\u0003") || keys === "\u0004";
}

/** Whether it is the key that shows the keys and links again. */
export function isHelp(keys: string): boolean {
  return keys === "h" || keys === "?";
}

/**
 * Reads keys as they are pressed, until the returned function releases the keyboard.
 * @param onKeys receives what arrived at one moment
 */
export function readKeys(input: Keyboard, onKeys: (keys: string) => void): () => void {
  const onData = (bytes: Buffer) => onKeys(bytes.toString());
  input.setRawMode?.(true);
  input.on("data", onData);
  return () => {
    input.off("data", onData);
    input.setRawMode?.(false);
    input.pause();
  };
}
