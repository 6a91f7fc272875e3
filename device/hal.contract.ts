import assert from "node:assert/strict";
import {
  type Device,
  type FoundNetwork,
  type Identity,
  networkReady,
  type SocketError,
  type TLSSocket,
  type TLSSocketOptions,
} from "./hal.ts";

/**
 * One implementation of the hardware, and the environment that a test can change. Both need not be
 * in one process: edges, bytes and network availability may come over a bridge.
 */
export interface HardwareUnderTest {
  readonly device: Device;
  /** the gate pin's edges since it was created, oldest first */
  edges(): readonly (0 | 1)[];
  /** a TLS peer that trusts the device and echoes what it receives */
  readonly echo: { readonly host: string; readonly port: number };
  /** the common name in the last client certificate that the echo peer received */
  clientOfEcho(): string;
  /** a certificate (DER) for the device's own key, with the common name `issued` */
  readonly issued: Uint8Array;
  /** when the certificates expire, in ms since 1970, to the second */
  readonly certificateEnds: Readonly<Record<"builtIn" | "issued" | "claim", number>>;
  /** all bytes the echo peer has received so far */
  receivedByEcho(): Uint8Array;
  /** the echo peer closes its connections */
  hangUp(): void;
  /** peers whose certificate is for another name, signed by another CA, or expired */
  readonly impostors: readonly { readonly host: string; readonly port: number }[];
  /** a port without a listener */
  readonly closedPort: number;
  setNetworkReachable(isReachable: boolean): void;
  setTimeServersReachable(isReachable: boolean): void;
  dispose(): Promise<void>;
}

/** Records a callback's calls, and whether one came before the call that caused it had returned. */
class Calls<T> {
  readonly seen: T[] = [];
  #waiting: (() => void)[] = [];

  readonly add = (value: T): void => {
    this.seen.push(value);
    for (const resolve of this.#waiting.splice(0)) resolve();
  };

  async first(): Promise<T> {
    while (this.seen.length === 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.seen[0] as T;
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Every observable rule of `hal.ts`, for one implementation. */
export function describeHardware(name: string, make: () => Promise<HardwareUnderTest>): void {
  describe(`${name} implements the contract of hal.ts`, () => {
    let hardware: HardwareUnderTest;
    let sockets: TLSSocket[];

    beforeEach(async () => {
      hardware = await make();
      sockets = [];
    });

    afterEach(async () => {
      for (const socket of sockets) socket.close();
      await hardware.dispose();
    });

    function open(target: { host: string; port: number; identity?: Identity }) {
      const writable = new Calls<number>();
      const readable = new Calls<number>();
      const errors = new Calls<SocketError>();
      const options: TLSSocketOptions = {
        ...target,
        onWritable: writable.add,
        onReadable: readable.add,
        onError: errors.add,
      };
      const socket = hardware.device.connect(options);
      const early = writable.seen.length + readable.seen.length + errors.seen.length;
      assert.equal(early, 0, "no callback before connect() has returned");
      sockets.push(socket);
      return { socket, writable, readable, errors };
    }

    describe("the pin", () => {
      it("is LOW at the start and takes each level before write() returns", () => {
        const { gatePin } = hardware.device;
        assert.deepEqual(hardware.edges(), []);
        gatePin.write(0);
        assert.deepEqual(hardware.edges(), [], "LOW was already LOW");
        gatePin.write(1);
        assert.deepEqual(hardware.edges(), [1]);
        gatePin.write(1);
        gatePin.write(0);
        assert.deepEqual(hardware.edges(), [1, 0]);
      });
    });

    describe("the timer", () => {
      it("never fires early or synchronously", async () => {
        const { timer, clock } = hardware.device;
        for (const delayMs of [0, 1, 7.4, 20]) {
          const fired = new Calls<number>();
          const from = clock.now().ticks;
          timer.set(() => fired.add(clock.now().ticks), delayMs);
          assert.equal(fired.seen.length, 0);
          assert.ok((await fired.first()) - from >= delayMs);
        }
      });

      it("does not fire after clear(), which is also allowed after it fired", async () => {
        const { timer } = hardware.device;
        const fired = new Calls<string>();
        const cleared = timer.set(() => fired.add("cleared"), 1);
        const kept = timer.set(() => fired.add("kept"), 5);
        timer.clear(cleared);
        await fired.first();
        await pause(5);
        timer.clear(kept);
        assert.deepEqual(fired.seen, ["kept"]);
      });
    });

    describe("the clock", () => {
      const servers = ["time.test"];

      it("has no date until it is set, and monotonic ticks", async () => {
        const { clock } = hardware.device;
        const before = clock.now();
        assert.equal(before.date, undefined);
        const done = new Calls<string>();
        const onSynchronized = () => done.add("set");
        clock.synchronize({ servers, onSynchronized, onError: () => done.add("failed") });
        assert.equal(done.seen.length, 0);
        assert.equal(await done.first(), "set");
        const after = clock.now();
        assert.ok(Math.abs((after.date ?? 0) - Date.now()) < 5_000);
        assert.ok(after.ticks >= before.ticks);
      });

      it("reports that no time server answers, and stays unset", async () => {
        const { clock } = hardware.device;
        hardware.setTimeServersReachable(false);
        const done = new Calls<string>();
        const onSynchronized = () => done.add("set");
        clock.synchronize({ servers, onSynchronized, onError: () => done.add("failed") });
        assert.equal(await done.first(), "failed");
        assert.equal(clock.now().date, undefined);
      });

      it("answers only the last request", async () => {
        const { clock } = hardware.device;
        const done = new Calls<string>();
        for (const who of ["first", "second"]) {
          clock.synchronize({ servers, onSynchronized: () => done.add(who), onError: done.add });
        }
        await done.first();
        await pause(20);
        assert.deepEqual(done.seen, ["second"]);
      });
    });

    describe("the network", () => {
      it("connects, and reports its address and the loss of the network", async () => {
        const { network } = hardware.device;
        assert.ok(network.connection <= 200);
        assert.equal(network.address, undefined);
        const up = new Calls<number>();
        const down = new Calls<number>();
        network.onChanged = () => {
          if (network.connection >= networkReady) up.add(network.connection);
          if (network.connection <= 200) down.add(network.connection);
        };
        network.connect();
        assert.ok(network.connection >= 300 && network.connection < networkReady);
        assert.equal(up.seen.length, 0);
        await up.first();
        assert.equal(typeof network.address, "string");
        hardware.setNetworkReachable(false);
        await down.first();
        assert.equal(network.address, undefined);
      });

      it("scans on a later turn, if it can", async function () {
        const { network } = hardware.device;
        if (network.scan === undefined) this.skip();
        const found = new Calls<FoundNetwork>();
        const completed = new Calls<string>();
        network.scan(found.add, () => completed.add("completed"));
        assert.deepEqual([...found.seen, ...completed.seen], []);
        await completed.first();
        for (const { SSID, RSSI, isSecured } of found.seen) {
          assert.equal(typeof SSID, "string");
          assert.ok(RSSI < 0);
          assert.equal(typeof isSecured, "boolean");
        }
      });

      it("reports that there is no network to connect to", async () => {
        const { network } = hardware.device;
        hardware.setNetworkReachable(false);
        const down = new Calls<number>();
        network.onChanged = () => {
          if (network.connection <= 200) down.add(network.connection);
        };
        network.connect();
        await down.first();
      });
    });

    describe("a TLS socket", () => {
      it("is writable after the handshake, and carries bytes both ways", async () => {
        const { socket, writable, readable } = open(hardware.echo);
        assert.equal(socket.read(), undefined);
        assert.ok((await writable.first()) > 0);
        assert.ok(socket.write(Uint8Array.of(1, 2, 3)) >= 0);
        assert.ok((await readable.first()) > 0);
        assert.deepEqual([...(socket.read() ?? [])], [1, 2, 3]);
        assert.equal(socket.read(), undefined, "everything was read");
      });

      it("still sends what was written before close(), and calls back no more", async () => {
        const { socket, writable, readable, errors } = open(hardware.echo);
        await writable.first();
        const calls = writable.seen.length;
        socket.write(Uint8Array.of(9, 8, 7));
        socket.close();
        socket.close();
        assert.equal(socket.read(), undefined);
        for (let i = 0; i < 100 && hardware.receivedByEcho().length < 3; i++) await pause(5);
        assert.deepEqual([...hardware.receivedByEcho()], [9, 8, 7]);
        await pause(20);
        assert.deepEqual(
          [writable.seen.length, readable.seen.length, errors.seen.length],
          [calls, 0, 0],
        );
      });

      it("reports once that the peer closed the connection", async () => {
        const { writable, errors } = open(hardware.echo);
        await writable.first();
        hardware.hangUp();
        assert.equal(await errors.first(), "closed");
        await pause(20);
        assert.equal(errors.seen.length, 1);
      });

      it("refuses a certificate for another name, from another CA, or expired", async () => {
        assert.equal(hardware.impostors.length, 3);
        for (const impostor of hardware.impostors) {
          const { writable, errors } = open(impostor);
          assert.equal(await errors.first(), "certificate");
          assert.equal(writable.seen.length, 0);
        }
      });

      it("uses the given identity: built-in, issued, or the fleet's claim", async () => {
        const identities: readonly (readonly [Identity | undefined, string])[] = [
          [undefined, "built-in"],
          [{ type: "built-in" }, "built-in"],
          [{ type: "issued", certificate: hardware.issued }, "issued"],
          [{ type: "claim" }, "claim"],
        ];
        for (const [identity, name] of identities) {
          const { socket, writable, readable } = open({
            ...hardware.echo,
            ...(identity === undefined ? {} : { identity }),
          });
          await writable.first();
          socket.write(Uint8Array.of(1));
          await readable.first();
          assert.equal(hardware.clientOfEcho(), name);
        }
        assert.match(
          hardware.device.certificateRequest() ?? "",
          /^-----BEGIN CERTIFICATE REQUEST-/,
        );
      });

      it("returns when each certificate expires, and undefined for an invalid one", () => {
        const { device, issued: certificate, certificateEnds } = hardware;
        const endsAt = (identity: Identity) => {
          const at = device.certificateEndsAt(identity);
          // Whether the last second is included does not matter over years.
          return at === undefined ? undefined : Math.floor(at / 1_000) * 1_000;
        };
        assert.equal(endsAt({ type: "built-in" }), certificateEnds.builtIn);
        assert.equal(endsAt({ type: "claim" }), certificateEnds.claim);
        assert.equal(endsAt({ type: "issued", certificate }), certificateEnds.issued);
        const none = Uint8Array.of(0x30, 0x82, 0, 0);
        assert.equal(endsAt({ type: "issued", certificate: none }), undefined);
      });

      it("fails without throwing when the certificate is invalid", async () => {
        const certificate = Uint8Array.of(0x30, 0x82, 0, 0);
        const identity: Identity = { type: "issued", certificate };
        const { errors } = open({ ...hardware.echo, identity });
        assert.match(await errors.first(), /^(handshake|closed)$/);
      });

      it("reports that nothing listens", async () => {
        const { errors } = open({ host: hardware.echo.host, port: hardware.closedPort });
        assert.equal(await errors.first(), "refused");
      });
    });

    describe("storage", () => {
      it("returns the last value written, and nothing else", () => {
        const { storage } = hardware.device;
        assert.equal(storage.read("a"), undefined);
        storage.write("a", "1");
        storage.write("a", "ü\n2");
        assert.equal(storage.read("a"), "ü\n2");
        assert.equal(storage.read("b"), undefined);
        storage.delete("a");
        storage.delete("a");
        assert.equal(storage.read("a"), undefined);
      });
    });

    it("is random in [0, 1), and varies", () => {
      const values = Array.from({ length: 50 }, () => hardware.device.system.random());
      assert.ok(values.every((value) => value >= 0 && value < 1));
      assert.ok(new Set(values).size > 1);
    });
  });
}
