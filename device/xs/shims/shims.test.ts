import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import genuine, { type Packet } from "mqtt-packet";
import { bundle } from "../../../host-sim/xs/bundle/bundle.ts";
import { createBufferList } from "./buffer-list.ts";
import { EventEmitter } from "./events.ts";
import { nextTick } from "./next-tick.ts";

type MqttPacket = typeof genuine;

genuine.writeToStream.cacheNumbers = false;

/**
 * The parser's result for these chunks, with errors as text; other exceptions are recorded as
 * thrown.
 */
function parse(mqttPacket: MqttPacket, pieces: readonly Uint8Array[]): unknown[] {
  const seen: unknown[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on("packet", (packet) => seen.push(plain(packet)));
  parser.on("error", (error) => seen.push(error.message));
  for (const piece of pieces) {
    try {
      // The types require Node's Buffer; the code accepts bytes.
      parser.parse(piece as Buffer);
    } catch {
      seen.push("thrown");
      return seen;
    }
  }
  return seen;
}

/** Without prototypes: both kinds of Buffer become lists of numbers. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

const word = fc.string({ unit: "binary", minLength: 1, maxLength: 24 });
const id = fc.integer({ min: 1, max: 65_535 });
const qos = fc.constantFrom<0 | 1 | 2>(0, 1, 2);

const packet: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({
    cmd: fc.constant("connect" as const),
    clientId: word,
    protocolId: fc.constant("MQTT" as const),
    protocolVersion: fc.constant(4 as const),
    clean: fc.boolean(),
    keepalive: fc.nat(65_535),
    username: word,
    will: fc.record({
      topic: word,
      // Never a kind of Buffer that only one of the two supports.
      payload: word as unknown as fc.Arbitrary<Buffer>,
      qos,
      retain: fc.boolean(),
    }),
  }),
  fc.record({
    cmd: fc.constant("publish" as const),
    topic: word,
    payload: fc.string({ unit: "binary", maxLength: 300 }),
    qos,
    messageId: id,
    retain: fc.boolean(),
    dup: fc.boolean(),
  }),
  fc.record({
    cmd: fc.constant("subscribe" as const),
    messageId: id,
    subscriptions: fc.array(fc.record({ topic: word, qos }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ cmd: fc.constant("puback" as const), messageId: id }),
  fc.record({
    cmd: fc.constant("suback" as const),
    messageId: id,
    granted: fc.array(fc.constantFrom<0 | 1 | 2 | 128>(0, 1, 2, 128), { minLength: 1 }),
  }),
  fc.record({
    cmd: fc.constantFrom("pingreq" as const, "pingresp" as const, "disconnect" as const),
  }),
);

describe("mqtt-packet with our shims instead of npm's packages", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  let shimmed: MqttPacket;

  before(async () => {
    const [built] = await bundle({
      outputDirectory: directory,
      modules: [
        {
          name: "shimmed",
          entries: ["device/xs/shims/vectors/mqtt-packet.fake.ts"],
          // The whole package, like the genuine one.
          mayRepeat: true,
        },
      ],
    });
    assert.ok(built);
    ({ mqttPacket: shimmed } = (await import(pathToFileURL(built.file).href)) as {
      mqttPacket: MqttPacket;
    });
    shimmed.writeToStream.cacheNumbers = false;
  });
  after(() => rmSync(directory, { recursive: true }));

  it("generates the same bytes", () => {
    fc.assert(
      fc.property(packet, (packet) => {
        assert.deepEqual([...shimmed.generate(packet)], [...genuine.generate(packet)]);
      }),
      { numRuns: 1_000 },
    );
  });

  it("finds the same packets in the same bytes, however they are split", () => {
    const stream = fc.array(
      packet.map((packet) => genuine.generate(packet)),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 6 }), (packets, cuts) => {
        const bytes = Buffer.concat(packets);
        const at = [
          ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
          bytes.length,
        ];
        const pieces = at.map((end, i) => Uint8Array.from(bytes.subarray(at[i - 1] ?? 0, end)));
        assert.deepEqual(parse(shimmed, pieces), parse(genuine, pieces));
      }),
      { numRuns: 1_000 },
    );
  });

  it("finds the same errors in any bytes", () => {
    const first = fc.constantFrom(0x10, 0x20, 0x30, 0x32, 0x40, 0x82, 0x90, 0xd0, 0xe0, 0xf0);
    const noise = fc
      .tuple(first, fc.nat(40), fc.uint8Array({ maxLength: 48 }))
      .map(([type, length, rest]) => Uint8Array.of(type, length, ...rest));
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 3 }), (pieces) => {
        assert.deepEqual(parse(shimmed, pieces), parse(genuine, pieces));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("the shims for npm's packages", () => {
  it("throws an error without a listener", () => {
    const emitter = new EventEmitter();
    assert.throws(() => emitter.emit("error", new Error("unheard")), /unheard/);
    assert.equal(emitter.emit("packet"), false);
  });

  it("calls every listener, in order", () => {
    const heard: string[] = [];
    const emitter = new EventEmitter();
    emitter.on("packet", () => heard.push("first")).on("packet", () => heard.push("second"));
    assert.equal(emitter.emit("packet"), true);
    assert.deepEqual(heard, ["first", "second"]);
  });

  it("reads nothing past the end of the bytes it holds", () => {
    const list = createBufferList();
    list.append(Uint8Array.of(1, 2, 3));
    assert.throws(() => list.readUInt32BE(0), RangeError);
    list.consume(2);
    assert.equal(list.readUInt8(0), 3);
    assert.equal(list.slice(0, 9).length, 1);
    assert.equal(list.slice(5, 9).length, 0);
    assert.throws(() => list.readUInt8(1), RangeError);
  });

  it("calls back on a later turn", async () => {
    const heard: unknown[] = [];
    nextTick((value) => heard.push(value), "late");
    assert.deepEqual(heard, []);
    await Promise.resolve();
    assert.deepEqual(heard, ["late"]);
  });
});
