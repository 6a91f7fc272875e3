import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";
import { bundle } from "../../../host-sim/xs/bundle/bundle.ts";
import { type Effects, messageTypes, type SdkSession, SSLStream } from "./sdk.fake.ts";

/** The module's default export. */
export interface Messages {
  readonly [name: string]: {
    unpacketize(session: SdkSession, body?: object): unknown;
    packetize(session: SdkSession): unknown;
  };
}

/** The SDK's modules, and Node's verifier instead of the SDK's natives. */
const standIns: Plugin = {
  name: "stand-ins",
  setup(build) {
    const sources: Readonly<Record<string, string>> = {
      "sdk/handshake": `export { handshake as default } from "./sdk.fake.ts";`,
      "ssl/error": `export { TLSError as default } from "./sdk.fake.ts";`,
      "ssl/stream": `export { SSLStream as default } from "./sdk.fake.ts";`,
      "./sdk-verifier.ts": `export { nodeVerifier as sdkVerifier } from "./node-verifier.fake.ts";`,
    };
    build.onResolve({ filter: /./ }, ({ path }) =>
      Object.hasOwn(sources, path) ? { path, namespace: "stand-in" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "stand-in" }, ({ path }) => {
      return {
        contents: sources[path] ?? "",
        resolveDir: fileURLToPath(new URL(".", import.meta.url)),
      };
    });
  },
};

/** `handshake.ts` in a form that Node can load: built into this folder. */
export async function loadHandshake(directory: string): Promise<Messages> {
  const [built] = await bundle({
    outputDirectory: directory,
    external: ["node:*"],
    modules: [
      {
        name: "handshake",
        entries: ["device/xs/tls/handshake.ts"],
        hasDefault: true,
        plugins: [standIns],
      },
    ],
  });
  assert.ok(built);
  const module = (await import(pathToFileURL(built.file).href)) as { default: Messages };
  return module.default;
}

/** One record of handshake messages, as the SDK's records call the module. */
export function receive(messages: Messages, session: SdkSession, record: Uint8Array): void {
  const { unpacketize } = messages as unknown as { unpacketize: Receive };
  const stream = new SSLStream(record);
  while (stream.bytesAvailable > 0) unpacketize.call(messages, session, stream);
}

type Receive = (this: Messages, session: SdkSession, record: SSLStream) => void;

/** A message with its header. */
export function messageOf(name: string, body: Uint8Array = new Uint8Array()): Uint8Array {
  const { length } = body;
  return Uint8Array.of(messageTypes[name] ?? 255, length >> 16, length >> 8, length, ...body);
}

/** The SDK's session before its ClientHello. */
export class FakeSession implements SdkSession {
  readonly options = {};
  protocolVersion = 0x303;
  chosenCipher = { value: [0xc0, 0x2f] };
  clientRandom = Uint8Array.from(randomBytes(32)).buffer;
  serverRandom = Uint8Array.from(randomBytes(32)).buffer;
  peerCert: ArrayBuffer;
  masterSecret = new ArrayBuffer(48);
  serverCipher: object | null = null;
  alert: object | undefined;
  clientSessionID: ArrayBuffer | undefined = new ArrayBuffer(32);
  cacheManager: object | undefined = {};
  declare dhparams?: { readonly named_curve: number; readonly dh_Ys: ArrayBuffer };
  readonly applicationData: string[] = [];
  readonly diary: string[] = [];
  readonly lengths: number[] = [];
  readonly effects: Effects;

  /** @param leaf the server's, DER */
  constructor(leaf: Uint8Array, effects: Effects = {}) {
    this.peerCert = Uint8Array.from(leaf).buffer;
    this.effects = effects;
  }

  putData(data: string): void {
    this.applicationData.push(data);
  }
}
