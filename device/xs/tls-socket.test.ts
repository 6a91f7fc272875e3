import type TCP from "embedded:io/socket/tcp";
import type { TCPOptions } from "embedded:io/socket/tcp";
import type NativeTLSSocket from "embedded:io/socket/tcp/tls";
import type { TLSOptions, Transport } from "embedded:io/socket/tcp/tls";
import assert from "node:assert/strict";
import sinon from "sinon";
import type { SocketError } from "../hal.ts";
import { XsTLSSocket } from "./tls-socket.ts";

describe("a TLS socket on Moddable", () => {
  let virtual: sinon.SinonFakeTimers;
  beforeEach(() => {
    virtual = sinon.useFakeTimers();
  });
  afterEach(() => virtual.restore());

  /** A connection whose TCP and TLS the test controls. */
  function open(
    address: string | undefined = "10.0.0.1",
    constructorError?: Error,
    writeError?: Error,
  ) {
    const said: (string | [SocketError, string | undefined])[] = [];
    const state = { tcpClosed: 0, tlsClosed: 0, seeds: [] as number[], records: [] as number[][] };
    let tcp: TCPOptions | undefined;
    let options: TLSOptions | undefined;
    let transport: Transport | undefined;

    class ScriptedTCP implements TCP {
      constructor(given: TCPOptions) {
        tcp = given;
      }
      read(): number {
        return 0;
      }
      write(): number {
        return 1_000;
      }
      close(): void {
        state.tcpClosed += 1;
      }
    }
    class ScriptedTLS implements NativeTLSSocket {
      constructor(given: TLSOptions) {
        if (constructorError !== undefined) throw constructorError;
        options = given;
        transport = new given.TCP.io({
          ...given,
          onReadable: (count) => onBytes(count),
          onWritable: (count) => {
            if (count > 0) given.onWritable(count);
          },
          onError: () => given.onError(),
        });
        transport.readable = 0;
        transport.writable = 0;
      }
      read(): ArrayBuffer | undefined {
        const record = state.records.shift();
        assert.equal(transport?.readable, 0, "the SDK would set its own timer");
        return record && Uint8Array.from(record).buffer;
      }
      write(bytes: Uint8Array): number {
        if (writeError !== undefined) throw writeError;
        said.push(`written ${bytes.length}`);
        return 900;
      }
      close(): void {
        state.tlsClosed += 1;
        transport?.close();
      }
    }
    /** What TLS does with bytes from TCP: returns the next record, or throws. */
    let onBytes = (count: number): void => {
      const [record] = state.records;
      if (transport !== undefined) transport.readable = state.records.length > 1 ? count : 0;
      if (record !== undefined) options?.onReadable(record.length);
    };
    const socket = new XsTLSSocket(
      {
        tcp: ScriptedTCP,
        tls: ScriptedTLS,
        rng: { init: (seed) => state.seeds.push(seed.byteLength) },
        resolve: (_host, onResolved) => setTimeout(() => onResolved(address), 5),
        timer: {
          set: (callback, delayMs) => setTimeout(callback, delayMs),
          clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
        },
        readFile: () => undefined,
      },
      {
        host: "broker.test",
        port: 8883,
        applicationLayerProtocol: "x-amzn-mqtt-ca",
        onReadable: (count) => said.push(`readable ${count}`),
        onWritable: (count) => said.push(`writable ${count}`),
        onError: (reason, detail) => said.push([reason, detail]),
      },
    );
    const late = () => {
      virtual.tick(5);
      return { tcp: tcp as TCPOptions, options: options as TLSOptions };
    };
    const throwing = (error: unknown) => {
      onBytes = () => {
        throw error;
      };
    };
    return { socket, said, state, late, throwing };
  }

  it("resolves the name, and passes address, name and ALPN to TLS, without a session to resume", () => {
    const { late, state } = open();
    const { options } = late();
    assert.deepEqual(
      [options.address, options.host, options.port],
      ["10.0.0.1", "broker.test", 8883],
    );
    assert.equal(options.secure.applicationLayerProtocolNegotiation, "x-amzn-mqtt-ca");
    assert.equal(options.secure.cache, false);
    assert.deepEqual(state.seeds, [256], "its random seed is new");
  });

  it("gives a detail with everything that TLS throws, even without a word", () => {
    for (const thrown of [
      new Error(),
      new RangeError(""),
      "",
      undefined,
      null,
      new Error("alert 40"),
    ]) {
      const { late, said, throwing } = open();
      const { tcp } = late();
      throwing(thrown);
      tcp.onReadable?.(5);
      const [failure] = said;
      assert.ok(Array.isArray(failure), String(failure));
      assert.equal(failure[0], "handshake");
      assert.ok(String(failure[1]).length > 3, String(failure[1]));
    }
  });

  it("reports a name without an address", () => {
    // The helper's default would replace undefined.
    const { socket, said } = open("");
    socket.close();
    virtual.tick(10);
    assert.deepEqual(said, []);
    const refused: SocketError[] = [];
    new XsTLSSocket(
      {
        tcp: class {} as never,
        tls: class {} as never,
        rng: { init: () => {} },
        resolve: (_host, onResolved) => onResolved(undefined),
        timer: { set: (callback) => setTimeout(callback, 0), clear: () => {} },
        readFile: () => undefined,
      },
      {
        host: "nowhere.test",
        port: 1,
        onReadable: () => assert.fail(),
        onWritable: () => assert.fail(),
        onError: (reason) => refused.push(reason),
      },
    );
    assert.deepEqual(refused, [], "on a later turn");
    virtual.tick(1);
    assert.deepEqual(refused, ["unreachable"]);
  });

  for (const [message, reason] of [
    ["certificate 0: expired", "certificate"],
    ["alert 48", "handshake"],
    ["serverKeyExchange: not signed by the server", "handshake"],
  ] as const) {
    it(`catches what TLS throws out of TCP's callback: ${message}`, () => {
      const { late, said, state, throwing } = open();
      const { tcp } = late();
      throwing(new Error(message));
      tcp.onWritable?.(0);
      tcp.onReadable?.(7);
      tcp.onReadable?.(7);
      tcp.onError?.();
      assert.deepEqual(said.slice(-1), [[reason, message]]);
      assert.equal(said.filter((each) => typeof each !== "string").length, 1);
      assert.equal(state.tcpClosed, 1, "no more input from that peer is processed");
    });
  }

  it("catches what the constructor throws", () => {
    const { late, said } = open("10.0.0.1", new Error("pkcs8: bad"));
    late();
    assert.deepEqual(said, [["handshake", "pkcs8: bad"]]);
  });

  it("distinguishes a refused connection from a closed one", () => {
    const refused = open();
    refused.late().tcp.onError?.();
    assert.deepEqual(refused.said, [["refused", undefined]]);
    const closed = open();
    const { tcp } = closed.late();
    tcp.onWritable?.(1_440);
    tcp.onError?.();
    assert.deepEqual(closed.said, ["writable 1440", ["closed", undefined]]);
  });

  it("reads all records that arrived at once, each on its own turn", () => {
    const { socket, late, said, state } = open();
    const { tcp } = late();
    tcp.onWritable?.(1_440);
    state.records.push([1, 2], [3], [4, 5, 6]);
    tcp.onReadable?.(99);
    assert.deepEqual(said.slice(1), ["readable 2"]);
    virtual.tick(1);
    assert.deepEqual(said.slice(1), ["readable 2", "readable 1", "readable 3"]);
    assert.deepEqual([...(socket.read() ?? [])], [1, 2, 3, 4, 5, 6]);
    assert.equal(socket.read(), undefined);
  });

  it("reports a failed write on a later turn", () => {
    const { socket, late, said } = open("10.0.0.1", undefined, new Error("would block"));
    late().tcp.onWritable?.(1_440);
    assert.equal(socket.write(Uint8Array.of(1)), 0);
    assert.equal(said.length, 1);
    virtual.tick(1);
    assert.deepEqual(said.slice(1), [["closed", "Error: would block"]]);
    assert.equal(socket.write(Uint8Array.of(1)), 0);
  });

  it("sends what was written before it closes, and calls back no more", () => {
    const { socket, late, said, state } = open();
    const { tcp } = late();
    tcp.onWritable?.(1_440);
    assert.equal(socket.write(Uint8Array.of(1, 2)), 900);
    socket.close();
    socket.close();
    assert.equal(state.tlsClosed, 0);
    state.records.push([1]);
    tcp.onReadable?.(9);
    tcp.onWritable?.(9);
    tcp.onError?.();
    virtual.tick(1_000);
    assert.deepEqual(said, ["writable 1440", "written 2"]);
    assert.equal(state.tlsClosed, 1);
    assert.equal(virtual.countTimers(), 0);
  });

  it("that is closed before it is open leaves nothing open", () => {
    const early = open();
    early.socket.close();
    early.late();
    assert.equal(early.state.tlsClosed, 0);
    const middle = open();
    middle.late();
    middle.socket.close();
    assert.equal(middle.state.tlsClosed, 1);
    virtual.tick(1_000);
    assert.equal(virtual.countTimers(), 0);
  });
});
