/**
 * The part of mqtt-packet 9 that the codec uses, without Node's types: the core is compiled
 * without them. Only `device/tsconfig.json` points here; Node's side sees the package's own types.
 */
interface ParsedPacket {
  readonly cmd: string;
  readonly messageId?: number;
}

interface Parser {
  on(event: "packet", callback: (packet: ParsedPacket) => void): this;
  on(event: "error", callback: (error: Error) => void): this;
  parse(bytes: Uint8Array): number;
}

export declare function parser(options: { protocolVersion: 4 }): Parser;
export declare function generate(packet: object): Uint8Array;
export declare const writeToStream: { cacheNumbers: boolean };
