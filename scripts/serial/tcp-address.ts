/** Where a serial port is reached over TCP, as raw bytes. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

export const scheme = "socket://";

/** Reads `socket://host:port`, also with an IPv6 address in brackets. Undefined for anything else. */
export function parseTcpAddress(text: string): TcpAddress | undefined {
  if (!text.startsWith(scheme)) return undefined;
  const [, bracketed, plain, digits] =
    /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})\/?$/i.exec(text.slice(scheme.length)) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
