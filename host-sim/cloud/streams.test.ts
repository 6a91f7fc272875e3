import assert from "node:assert/strict";
import { decode, encode } from "cborg";
import fc from "fast-check";
import { StreamMessages } from "./stream-messages.ts";
import { type StreamFile, type StreamReader, Streams, streamLimits } from "./streams.ts";

const bytes = Uint8Array.from({ length: 1000 }, (_none, index) => index % 251);

describe("Streams", () => {
  let streams: Streams;

  beforeEach(() => {
    streams = new Streams();
  });

  it("keep bytes as they were, with a version that grows", () => {
    const source = Uint8Array.of(1, 2, 3);
    const made = streams.create({ streamId: "s", files: [{ fileId: 0, source }] });
    assert.equal(made.type === "done" && made.stream.version, 1);
    source[0] = 9;
    assert.deepEqual(streams.describe("s")?.files.get(0)?.read(0, 2), Uint8Array.of(1, 2));
    const again = streams.create({ streamId: "s", files: [{ fileId: 0, source }] });
    assert.equal(again.type === "refused" && again.code, "ResourceAlreadyExistsException");
    const updated = streams.update({ streamId: "s", files: [{ fileId: 1, source }] });
    assert.equal(updated.type === "done" && updated.stream.version, 2);
    assert.deepEqual([streams.delete("s"), streams.delete("s")], [true, false]);
    const gone = streams.update({ streamId: "s", files: [{ fileId: 1, source }] });
    assert.equal(gone.type === "refused" && gone.code, "ResourceNotFoundException");
  });

  const file = (fileId: number, size = 1): StreamFile => ({
    fileId,
    source: { size, read: () => new Uint8Array(size) },
  });
  const wrong: readonly (readonly [string, readonly StreamFile[]])[] = [
    ["", [file(0)]],
    ["a/b", [file(0)]],
    ["x".repeat(129), [file(0)]],
    ["s", []],
    ["s", Array.from({ length: 51 }, (_none, index) => file(index))],
    ["s", [file(1), file(1)]],
    ["s", [file(-1)]],
    ["s", [file(256)]],
    ["s", [file(0, 0)]],
    ["s", [file(0, streamLimits.fileBytes + 1)]],
    ["s", [file(0, 1.5)]],
  ];
  for (const [streamId, files] of wrong) {
    const what = `${files.length} files (${files[0]?.fileId}) as "${streamId.slice(0, 9)}"`;
    it(`refuse ${what}`, () => {
      const outcome = streams.create({ streamId, files });
      assert.equal(outcome.type === "refused" && outcome.code, "InvalidRequestException");
    });
  }
});

describe("StreamMessages", () => {
  let streams: Streams;
  let messages: StreamMessages;

  beforeEach(() => {
    streams = new Streams();
    messages = new StreamMessages(streams);
    const files = [
      { fileId: 0, source: bytes },
      { fileId: 7, source: new Uint8Array(300_000) },
    ];
    streams.create({ streamId: "s", description: "firmware", files });
  });

  async function ask(path: string, payload: Uint8Array) {
    const answers = await messages.answer(path, payload);
    assert.ok(answers);
    return answers.map((answer) => {
      const { payload: raw } = answer;
      assert.ok(raw instanceof Uint8Array);
      const fields = answer.path.endsWith("cbor")
        ? decode(raw)
        : (JSON.parse(Buffer.from(raw).toString()) as unknown);
      return { path: answer.path, fields: fields as Record<string, unknown> };
    });
  }
  const cbor = (fields: object) => ask("streams/s/get/cbor", encode(fields));
  const json = (fields: object) => ask("streams/s/get/json", Buffer.from(JSON.stringify(fields)));
  async function codeOf(fields: object): Promise<unknown> {
    const [answer, ...rest] = await cbor({ c: "t", ...fields });
    assert.ok(answer && rest.length === 0);
    assert.equal(answer.path, "streams/s/rejected/cbor");
    assert.deepEqual(Object.keys(answer.fields).sort(), ["c", "m", "o"]);
    assert.equal(answer.fields.c, "t");
    return answer.fields.o;
  }
  const idsOf = async (fields: object) =>
    (await cbor({ f: 0, l: 256, ...fields })).map(({ fields: { i, o } }) => i ?? o);

  it("send a block in CBOR, bytes as a byte string", async () => {
    assert.deepEqual(await cbor({ c: "t", f: 0, l: 256, o: 1, n: 1 }), [
      {
        path: "streams/s/data/cbor",
        fields: { c: "t", f: 0, l: 256, i: 1, p: bytes.slice(256, 512) },
      },
    ]);
    // written by hand: {"f": 0, "l": 256, "o": 0, "n": 1}
    const request = Buffer.from("a461660061 6c 190100 616f00 616e01".replaceAll(" ", ""), "hex");
    const [answer] = (await messages.answer("streams/s/get/cbor", request)) ?? [];
    const text = Buffer.from(answer?.payload ?? "").toString("hex");
    // a map of four: f, i, l and p with a byte string of 256 bytes that begins with 0, 1, 2
    assert.ok(text.startsWith("a4616600616900616c190100617059010000" + "0102"), text.slice(0, 60));
  });

  it("send a block in JSON, bytes in Base64", async () => {
    assert.deepEqual(await json({ c: "t", f: 0, l: 256, o: 3, n: 1 }), [
      {
        path: "streams/s/data/json",
        fields: {
          c: "t",
          f: 0,
          l: 232,
          i: 3,
          p: Buffer.from(bytes.subarray(768)).toString("base64"),
        },
      },
    ]);
  });

  it("send several blocks, one message each, the last one shorter", async () => {
    const blocks = await cbor({ f: 0, l: 300, n: 4 });
    const parts = blocks.map(({ fields }) => fields.p as Uint8Array);
    assert.deepEqual(Buffer.concat(parts), Buffer.from(bytes));
    assert.deepEqual(
      blocks.map(({ fields: { i, l } }) => `${i}: ${l}`),
      ["0: 300", "1: 300", "2: 300", "3: 100"],
    );
  });

  it("send no more than 128 KB for one request", async () => {
    const blocks = await cbor({ f: 7, l: 40_000, n: 6 });
    assert.deepEqual(
      blocks.map(({ fields: { i } }) => i),
      [0, 1, 2],
    );
    assert.equal((await cbor({ f: 7, l: 131_072, o: 2, n: 1 }))[0]?.fields.l, 300_000 - 262_144);
  });

  it("send the blocks of a bitmap, in both spellings, as in AWS's example", async () => {
    const fields = { f: 7, l: 256, o: 20, n: 32 };
    const wanted = [20, 21, 24, 43];
    assert.deepEqual(await idsOf({ ...fields, b: "0x130080" }), wanted);
    assert.deepEqual(await idsOf({ ...fields, b: Uint8Array.of(0x13, 0, 0x80) }), wanted);
    assert.deepEqual(await idsOf({ ...fields, n: 2, b: "130080" }), [20, 21]);
  });

  it("describe a stream", async () => {
    const payload = Buffer.from('{"c":"t"}');
    assert.deepEqual(await ask("streams/s/describe/json", payload), [
      {
        path: "streams/s/description/json",
        fields: {
          c: "t",
          s: 1,
          d: "firmware",
          r: [
            { f: 0, z: 1000 },
            { f: 7, z: 300_000 },
          ],
        },
      },
    ]);
    const [described] = await ask("streams/s/describe/cbor", encode({}));
    assert.deepEqual([described?.path, described?.fields.s], ["streams/s/description/cbor", 1]);
  });

  const wrong: readonly (readonly [object, string])[] = [
    [{ l: 256, n: 1 }, "InvalidRequest"],
    [{ f: 256, l: 256, n: 1 }, "InvalidRequest"],
    [{ f: "0", l: 256, n: 1 }, "InvalidRequest"],
    [{ f: 1, l: 256, n: 1 }, "ResourceNotFound"],
    [{ f: 0, n: 1 }, "InvalidRequest"],
    [{ f: 0, l: 255, n: 1 }, "BlockSizeOutOfBounds"],
    [{ f: 0, l: 131_073, n: 1 }, "BlockSizeOutOfBounds"],
    [{ f: 0, l: 256.5, n: 1 }, "InvalidRequest"],
    [{ f: 0, l: 256, o: 98_305, n: 1 }, "OffsetOutOfBounds"],
    [{ f: 0, l: 256, o: -1, n: 1 }, "InvalidRequest"],
    [{ f: 0, l: 256, n: 98_305 }, "BlockCountLimitExceeded"],
    [{ f: 0, l: 256, n: 0 }, "InvalidRequest"],
    [{ f: 0, l: 256, o: 4, n: 1 }, "InvalidRequest"],
    [{ f: 0, l: 256, o: 3, n: 2 }, "InvalidRequest"],
    [{ f: 0, l: 256 }, "InvalidRequest"],
    [{ f: 0, l: 256, s: 2, n: 1 }, "VersionMismatch"],
    [{ f: 0, l: 256, s: "1", n: 1 }, "InvalidRequest"],
    [{ f: 0, l: 256, b: "0x1" }, "InvalidRequest"],
    [{ f: 0, l: 256, b: "0x00", n: 4 }, "InvalidRequest"],
    [{ f: 0, l: 256, b: new Uint8Array(12_288) }, "BlockBitmapLimitExceeded"],
  ];
  for (const [fields, code] of wrong) {
    it(`reject ${JSON.stringify(fields).slice(0, 50)}: ${code}`, async () => {
      assert.equal(await codeOf(fields), code);
    });
  }

  it("reject an unknown stream, a wrong id, and what cannot be read", async () => {
    const cases = [
      ["streams/t/get/cbor", encode({ f: 0, l: 256, n: 1 }), "ResourceNotFound"],
      ["streams/a b/get/cbor", encode({}), "InvalidTopic"],
      ["streams/s/get/cbor", Buffer.from("{}"), "InvalidCbor"],
      ["streams/s/get/cbor", Buffer.alloc(0), "InvalidCbor"],
      ["streams/s/get/cbor", encode([1]), "InvalidRequest"],
      ["streams/s/get/cbor", Buffer.from("a10101", "hex"), "InvalidRequest"],
      ["streams/s/get/cbor", Buffer.from("a2616600616601", "hex"), "InvalidCbor"],
      ["streams/s/get/json", encode({}), "InvalidJson"],
      ["streams/s/describe/json", Buffer.from("7"), "InvalidRequest"],
      ["streams/s/describe/json", Buffer.from(`{"c":"${"x".repeat(65)}"}`), "InvalidRequest"],
    ] as const;
    for (const [path, payload, code] of cases) {
      const [answer] = await ask(path, payload);
      assert.deepEqual([answer?.fields.o, answer?.fields.c], [code, undefined], path);
    }
  });

  it("reject a file that cannot be read", async () => {
    const readers: readonly StreamReader[] = [
      { size: 500, read: () => Promise.reject(new Error("gone")) },
      { size: 500, read: () => new Uint8Array(3) },
    ];
    for (const source of readers) {
      streams.update({ streamId: "s", files: [{ fileId: 0, source }] });
      assert.equal(await codeOf({ f: 0, l: 256, n: 1 }), "InternalError");
    }
  });

  it("survive nesting that no stack could hold", async () => {
    const deep = Buffer.alloc(128 * 1024, 0x81);
    const [answer] = await ask("streams/s/get/cbor", deep);
    assert.equal(answer?.fields.o, "InvalidCbor");
    const brackets = Buffer.alloc(128 * 1024, "[");
    assert.equal((await ask("streams/s/get/json", brackets))[0]?.fields.o, "InvalidJson");
  });

  it("know no other paths", () => {
    for (const path of ["streams/s/get", "streams/s/get/xml", "streams/s/get/json/x", "jobs/get"]) {
      assert.equal(messages.answer(path, Buffer.from("{}")), undefined, path);
    }
  });

  it("answer whatever arrives", async () => {
    const path = fc.constantFrom(
      "streams/s/get/cbor",
      "streams/s/get/json",
      "streams/s/describe/cbor",
    );
    const field = fc.oneof(fc.integer(), fc.string(), fc.uint8Array(), fc.constant(256));
    const fields = fc.dictionary(fc.constantFrom(..."csflonb"), field).map((each) => encode(each));
    const payload = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
      fields,
    );
    await fc.assert(
      fc.asyncProperty(path, payload, async (topic, request) => {
        const answers = await ask(topic, request);
        assert.ok(answers.length > 0);
      }),
      { numRuns: 500 },
    );
  });
});
