/** The judged parts of a TLS client's first message (RFC 8446, 4.1.2; RFC 5246, 7.4.1.2). */
export interface ClientHello {
  /** IANA's numbers, in the client's order */
  readonly cipherSuites: readonly number[];
  /** SNI (RFC 6066, 3) */
  readonly serverName: string | undefined;
  /** ALPN (RFC 7301) */
  readonly protocols: readonly string[];
}

export type ClientHelloResult =
  | { readonly type: "hello"; readonly hello: ClientHello }
  /** more bytes are needed */
  | { readonly type: "incomplete" }
  | { readonly type: "malformed"; readonly detail: string };

/** A longer ClientHello is not read. */
const maximumHelloBytes = 16_384;

const contentTypeHandshake = 22;
const handshakeTypeClientHello = 1;
const extensionServerName = 0;
const extensionProtocols = 16;

/** Reads the ClientHello at the beginning of a client's input. It may span several records. */
export function readClientHello(bytes: Buffer): ClientHelloResult {
  try {
    const message = handshakeMessage(bytes);
    if (message === undefined) return { type: "incomplete" };
    return { type: "hello", hello: parse(message) };
  } catch (error) {
    if (error instanceof MalformedError) return { type: "malformed", detail: error.message };
    if (error instanceof RangeError)
      return { type: "malformed", detail: "shorter than its fields" };
    throw error;
  }
}

class MalformedError extends Error {}

/** @returns undefined until it is complete */
function handshakeMessage(bytes: Buffer): Buffer | undefined {
  let message: Buffer = Buffer.alloc(0);
  for (let at = 0; ; ) {
    if (bytes.length > at && bytes.readUInt8(at) !== contentTypeHandshake) {
      throw new MalformedError(`a record of type ${bytes.readUInt8(at)}, not a TLS handshake`);
    }
    if (bytes.length < at + 5) return undefined;
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    if (bytes.length < end) return undefined;
    message = Buffer.concat([message, bytes.subarray(at + 5, end)]);
    at = end;
    if (message.length < 4) continue;
    if (message.readUInt8(0) !== handshakeTypeClientHello) {
      throw new MalformedError(`handshake message ${message.readUInt8(0)}, not ClientHello`);
    }
    const length = message.readUIntBE(1, 3);
    if (length > maximumHelloBytes) throw new MalformedError(`${length} bytes long`);
    if (message.length >= 4 + length) return message.subarray(4, 4 + length);
  }
}

function parse(message: Buffer): ClientHello {
  const reader = new Reader(message);
  reader.take(2 + 32); // legacy_version, random
  reader.vector(1); // session id
  const suites = reader.vector(2);
  reader.vector(1); // compression methods
  const hello = {
    cipherSuites: Array.from({ length: suites.length >> 1 }, (_, index) =>
      suites.readUInt16BE(index * 2),
    ),
    serverName: undefined as string | undefined,
    protocols: [] as string[],
  };
  if (reader.isAtEnd) return hello; // TLS 1.2 without extensions
  const extensions = new Reader(reader.vector(2));
  while (!extensions.isAtEnd) {
    const type = extensions.take(2).readUInt16BE(0);
    const body = new Reader(extensions.vector(2));
    if (type === extensionServerName) {
      const name = new Reader(body.vector(2));
      if (name.take(1).readUInt8(0) === 0) hello.serverName = name.vector(2).toString("latin1");
    }
    if (type === extensionProtocols) {
      const names = new Reader(body.vector(2));
      while (!names.isAtEnd) hello.protocols.push(names.vector(1).toString("latin1"));
    }
  }
  return hello;
}

class Reader {
  #rest: Buffer;

  constructor(bytes: Buffer) {
    this.#rest = bytes;
  }

  get isAtEnd(): boolean {
    return this.#rest.length === 0;
  }

  take(count: number): Buffer {
    if (this.#rest.length < count) throw new MalformedError("shorter than its fields");
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  /** A length of `lengthBytes` bytes, followed by that many bytes. */
  vector(lengthBytes: 1 | 2): Buffer {
    return this.take(this.take(lengthBytes).readUIntBE(0, lengthBytes));
  }
}
