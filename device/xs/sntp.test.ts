import type UDP from "embedded:io/socket/udp";
import type { Datagram } from "embedded:io/socket/udp";
import assert from "node:assert/strict";
import sinon from "sinon";
import { SntpQuery } from "./sntp.ts";
import { answerTo } from "./time-server.fake.ts";

const date = Date.UTC(2026, 10, 24);

/** A socket whose network is the test. */
class ScriptedUDP implements UDP {
  static all: ScriptedUDP[] = [];
  readonly sent: { bytes: Uint8Array; address: string; port: number }[] = [];
  isClosed = false;
  readonly #received: Datagram[] = [];
  readonly #onReadable: ((count: number) => void) | undefined;

  constructor({ onReadable }: ConstructorParameters<typeof UDP>[0]) {
    this.#onReadable = onReadable;
    ScriptedUDP.all.push(this);
  }

  read(): Datagram | undefined {
    return this.#received.shift();
  }

  write(bytes: ArrayBuffer | Uint8Array, address: string, port: number): void {
    if (address === "10.0.0.66") throw new Error("no route");
    this.sent.push({ bytes: new Uint8Array(bytes), address, port });
  }

  close(): void {
    this.isClosed = true;
  }

  deliver(bytes: Uint8Array, address: string, port = 123): void {
    this.#received.push(Object.assign(Uint8Array.from(bytes).buffer, { address, port }));
    this.#onReadable?.(1);
  }
}

describe("the query to time servers", () => {
  let virtual: sinon.SinonFakeTimers;
  const addresses: Record<string, string | undefined> = {
    one: "10.0.0.1",
    two: "10.0.0.2",
    broken: "10.0.0.66",
    unknown: undefined,
  };

  beforeEach(() => {
    virtual = sinon.useFakeTimers();
    ScriptedUDP.all = [];
  });
  afterEach(() => virtual.restore());

  function ask(servers: readonly string[], known: () => number | undefined = () => undefined) {
    const said: (number | string)[] = [];
    const query = new SntpQuery(
      {
        udp: ScriptedUDP,
        resolve: (host, onResolved) => setTimeout(() => onResolved(addresses[host]), 5),
        timer: {
          set: (callback, delayMs) => setTimeout(callback, delayMs),
          clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
        },
      },
      { servers, known, onTime: (time) => said.push(time), onError: (detail) => said.push(detail) },
      () => performance.now(),
    );
    return { query, said };
  }

  const socket = (at = -1) => {
    const found = ScriptedUDP.all.at(at);
    assert.ok(found);
    return found;
  };
  const request = (at = -1) => socket(at).sent[0]?.bytes ?? new Uint8Array();

  it("ends with the first valid answer, plus half of the round trip", () => {
    const { said } = ask(["one", "two"]);
    virtual.tick(5);
    assert.deepEqual([socket().sent[0]?.address, socket().sent[0]?.port], ["10.0.0.1", 123]);
    virtual.tick(80);
    socket().deliver(answerTo(request(), date), "10.0.0.1");
    assert.deepEqual(said, [date + 40]);
    assert.ok(socket().isClosed);
    virtual.tick(60_000);
    assert.equal(ScriptedUDP.all.length, 1);
    assert.equal(virtual.countTimers(), 0);
  });

  it("ignores another address or port, and invalid answers", () => {
    const { said } = ask(["one"]);
    virtual.tick(5);
    const good = answerTo(request(), date);
    socket().deliver(good, "10.0.0.2");
    socket().deliver(good, "10.0.0.1", 124);
    socket().deliver(answerTo(new Uint8Array(48), date), "10.0.0.1");
    socket().deliver(answerTo(request(), Date.UTC(2020, 0, 1)), "10.0.0.1");
    assert.deepEqual(said, []);
    socket().deliver(good, "10.0.0.1");
    assert.equal(said.length, 1);
  });

  it("queries each server twice, then the next, each time with a new cookie", () => {
    const { said } = ask(["one", "unknown", "broken", "two"]);
    virtual.tick(2_000 + 2_000 + 10 + 4_000 + 20);
    assert.deepEqual(
      ScriptedUDP.all.flatMap(({ sent }) => sent.map(({ address }) => address)),
      ["10.0.0.1", "10.0.0.1", "10.0.0.2"],
    );
    assert.notDeepEqual(request(0).subarray(40), request(1).subarray(40));
    assert.ok(ScriptedUDP.all.slice(0, -1).every(({ isClosed }) => isClosed));
    socket(0).deliver(answerTo(request(0), date), "10.0.0.1");
    assert.deepEqual(said, [], "an answer to an earlier request is too late");
    socket().deliver(answerTo(request(), date), "10.0.0.2");
    assert.equal(said.length, 1);
  });

  /** The next request is answered at once. */
  function answer(address: string, time: number): void {
    virtual.tick(5);
    socket().deliver(answerTo(request(), time), address);
  }
  const year = 365 * 86_400_000;

  it("takes an answer that contradicts the clock only if another server confirms it", () => {
    for (const clock of [date, date + 10 * year]) {
      const { said } = ask(["one", "two"], () => clock);
      answer("10.0.0.1", date + 5 * year);
      assert.deepEqual(said, []);
      answer("10.0.0.2", date + 5 * year + 59_000);
      assert.deepEqual(said, [date + 5 * year + 59_000]);
      assert.equal(virtual.countTimers(), 0);
    }
  });

  it("keeps the clock if the next server agrees with it, and does not ask the first one again", () => {
    const { said } = ask(["one", "two"], () => date);
    answer("10.0.0.1", date + 2 * 3_600_000);
    answer("10.0.0.2", date + 900);
    assert.deepEqual(said, [date + 900]);
    assert.deepEqual(ScriptedUDP.all.length, 2);
  });

  it("believes the only server that answers", () => {
    const { said } = ask(["one"], () => date);
    answer("10.0.0.1", date + year);
    assert.deepEqual(said, [date + year]);
    const other = ask(["one", "two"], () => date);
    answer("10.0.0.1", date + year);
    virtual.tick(8_000);
    assert.equal(Math.round((Number(other.said[0]) - date - year) / 1_000), 4, "time has passed");
  });

  it("believes none of several servers that contradict the clock and each other", () => {
    const { said } = ask(["one", "two"], () => date);
    answer("10.0.0.1", date + year);
    answer("10.0.0.2", date - 3_600_000);
    assert.deepEqual(said, ["one, two disagree"]);
    assert.ok(ScriptedUDP.all.every(({ isClosed }) => isClosed));
    assert.equal(virtual.countTimers(), 0);
  });

  it("reports if no server answered, and leaves nothing open", () => {
    const { said } = ask(["one", "two"]);
    virtual.tick(8_000);
    assert.deepEqual(said, ["no time from one, two"]);
    assert.ok(ScriptedUDP.all.every(({ isClosed }) => isClosed));
    assert.equal(virtual.countTimers(), 0);
  });

  it("calls back no more after it is cancelled", () => {
    const { query, said } = ask(["one"]);
    virtual.tick(3);
    query.cancel();
    virtual.tick(60_000);
    assert.deepEqual([said, ScriptedUDP.all.length], [[], 0]);
  });
});
