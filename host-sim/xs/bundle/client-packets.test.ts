import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import fc from "fast-check";
import mqttPacket, { type Packet, type Parser } from "mqtt-packet";
import { projectRoot } from "../../project-root.ts";
import { clientPackets } from "./client-packets.ts";

describe("mqtt-packet without what a box does not need", () => {
  // Inside the project, so that the packages that it requires are found.
  const folder = mkdtempSync(join(projectRoot, "node_modules", ".client-packets-"));
  const file = join(folder, "parser.cjs");
  let small: { parser(options: object): Parser };

  before(async () => {
    await build({
      entryPoints: [join(projectRoot, "node_modules/mqtt-packet/parser.js")],
      bundle: true,
      platform: "node",
      format: "cjs",
      outfile: file,
      external: ["bl", "debug"],
      plugins: [clientPackets],
    });
    const module = (await import(pathToFileURL(file).href)) as { default: typeof small };
    small = module.default;
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The packets and the error that a parser reports. */
  function read(parser: Parser, bytes: Uint8Array): unknown[] {
    const seen: unknown[] = [];
    parser.on("packet", (packet: Packet) => seen.push({ ...packet }));
    parser.on("error", (error: Error) => seen.push(error.message));
    try {
      parser.parse(Buffer.from(bytes));
    } catch (error) {
      seen.push(error instanceof Error ? error.message : error);
    }
    return seen;
  }
  const options = { protocolVersion: 4 } as const;
  const whole = () => mqttPacket.parser(options);

  it("contains neither MQTT 5 nor the packets that a client sends", () => {
    const text = readFileSync(file, "utf8");
    assert.doesNotMatch(text, /MQTT5|_parseConnect|_parseSubscribe|_parseProperties|genHeader/);
    assert.match(text, /_parsePublish/);
    assert.ok(text.length < 16_000, `${text.length} bytes`);
  });

  it("reads every packet that a server sends like the whole package", () => {
    const messageId = fc.integer({ min: 1, max: 65_535 });
    const packet = fc.oneof(
      fc.record({
        cmd: fc.constant("connack" as const),
        returnCode: fc.nat(5),
        sessionPresent: fc.boolean(),
      }),
      fc.record({ cmd: fc.constant("puback" as const), messageId }),
      fc.record({
        cmd: fc.constant("suback" as const),
        messageId,
        granted: fc.array(fc.constantFrom(0, 1, 2, 128), { minLength: 1, maxLength: 8 }),
      }),
      fc.record({
        cmd: fc.constant("publish" as const),
        topic: fc.string({ minLength: 1, unit: "grapheme" }),
        payload: fc.string({ unit: "binary" }),
        qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
        messageId,
        dup: fc.boolean(),
        retain: fc.boolean(),
      }),
      fc.constant({ cmd: "pingresp" as const }),
    );
    fc.assert(
      fc.property(packet, (sent) => {
        const bytes = mqttPacket.generate(sent as Packet);
        assert.deepEqual(read(small.parser(options), bytes), read(whole(), bytes));
      }),
    );
  });

  it("reads any bytes like the whole package, if they are of a type that a server sends", () => {
    const serverTypes = [2, 3, 4, 5, 6, 7, 9, 13];
    fc.assert(
      fc.property(
        fc.constantFrom(...serverTypes),
        fc.nat(15),
        fc.uint8Array({ maxLength: 40 }),
        (type, flags, body) => {
          const bytes = Uint8Array.of((type << 4) | flags, body.length, ...body);
          assert.deepEqual(read(small.parser(options), bytes), read(whole(), bytes));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
