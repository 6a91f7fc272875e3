/**
 * The part of mqtt-packet 9 that the codec uses and that the package's own types do not declare:
 * the parser without the generator. It uses no platform's types, because the core is compiled
 * without Node's.
 */
declare module "mqtt-packet/parser.js" {
  interface ParsedPacket {
    readonly cmd: string;
    readonly messageId?: number;
  }
  class Parser {
    static parser(options: { readonly protocolVersion: 4 }): Parser;
    on(event: "packet", callback: (packet: ParsedPacket) => void): this;
    on(event: "error", callback: (error: Error) => void): this;
    parse(bytes: Uint8Array): number;
  }
  export = Parser;
}
