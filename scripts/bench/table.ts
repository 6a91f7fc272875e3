/** Shows progress on a terminal only. An empty text clears the line. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

export function heading(name: string, ours: string, peer: string): void {
  const columns = `${ours.padStart(14)}${peer.padStart(14)}  ratio`;
  // A name may begin with line breaks.
  const [, space = "", words = ""] = /^(\n*)(.*)$/.exec(name) ?? [];
  process.stdout.write(`${space}${words.padEnd(nameWidth)}${columns}\n`);
}

export function row(name: string, ours: number, peer: number, unit: string, digits = 3): void {
  const figure = (value: number) => `${value.toFixed(digits)} ${unit}`.padStart(14);
  const ratio = peer === 0 ? "" : (ours / peer).toFixed(2).padStart(7);
  process.stdout.write(`${name.padEnd(nameWidth)}${figure(ours)}${figure(peer)}${ratio}\n`);
}

/** Prints notes that explain the figures above. */
export function note(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

export const nameWidth = 34;
