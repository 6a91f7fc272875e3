import assert from "node:assert/strict";
import { createECDH, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Made, make, makeKey, server } from "./chains.vectors.ts";
import { FakeSession, loadHandshake, type Messages, messageOf, receive } from "./handshake.rig.ts";
import { maximumMessageLength } from "./message-pieces.ts";
import type { Effects } from "./sdk.fake.ts";

/**
 * The order of a handshake (RFC 5246, 7.3); `>` marks our messages. The request for our certificate
 * is optional.
 */
const full = [
  ">clientHello",
  "serverHello",
  "certificate",
  "serverKeyExchange",
  "certificateRequest",
  "serverHelloDone",
  ">finished",
  "finished",
];
const flights = [full, full.filter((step) => step !== "certificateRequest")];
const steps = [...full, "helloRequest", "clientHello", "certificateVerify", "clientKeyExchange"];

describe("a handshake", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  const key = makeKey("rsa");
  const point = createECDH("prime256v1").generateKeys();
  let messages: Messages;
  let leaf: Made;

  before(async () => {
    messages = await loadHandshake(directory);
    leaf = await make({ subject: "CN=leaf", key, extensions: server() });
  });
  after(() => rmSync(directory, { recursive: true }));

  const start = (effects?: Effects) => new FakeSession(leaf.der, effects);

  function keyExchange(session: FakeSession, signer = key): Uint8Array {
    const params = [3, 0, 23, 65, ...point];
    const signed = Buffer.concat([
      new Uint8Array(session.clientRandom),
      new Uint8Array(session.serverRandom),
      Uint8Array.from(params),
    ]);
    const signature = sign("sha256", signed, signer);
    return Uint8Array.from([...params, 4, 1, 1, 0, ...signature]);
  }

  function streamOf(bytes: Uint8Array) {
    return {
      bytesAvailable: bytes.length,
      readChunk: (length: number) => bytes.subarray(0, length),
    };
  }

  function step(session: FakeSession, name: string, body?: object): void {
    if (name.startsWith(">")) {
      messages[name.slice(1)]?.packetize(session);
      return;
    }
    // The server's ChangeCipherSpec comes right before.
    if (name === "finished") session.serverCipher = {};
    const own = name === "serverKeyExchange" ? streamOf(keyExchange(session)) : undefined;
    messages[name]?.unpacketize(session, body ?? own);
  }

  function startAfter(done: readonly string[]): FakeSession {
    const session = start();
    for (const name of done) step(session, name);
    return session;
  }

  const refuses = (run: () => void, why: RegExp, what: string) =>
    assert.throws(run, { message: why }, what);

  it("follows RFC 5246, and handles the key exchange itself", () => {
    for (const flight of flights) {
      const session = startAfter(flight);
      const told = flight.map((name) => name.replace(">", "sent "));
      assert.deepEqual(
        session.diary,
        told.filter((name) => name !== "serverKeyExchange" && name !== "serverHelloDone"),
      );
      assert.equal(session.dhparams?.named_curve, 23);
      assert.deepEqual(new Uint8Array(session.dhparams.dh_Ys), Uint8Array.from(point));
    }
  });

  it("refuses every other order", () => {
    let count = 0;
    for (const flight of flights) {
      for (let length = 0; length <= flight.length; length++) {
        const done = flight.slice(0, length);
        for (const next of steps) {
          if (flights.some((each) => each.slice(0, length + 1).join() === [...done, next].join())) {
            continue;
          }
          const session = startAfter(done);
          const before = [...session.diary];
          const what = `${next} after ${done.at(-1) ?? "nothing"}`;
          refuses(() => step(session, next), /: (out of order|unexpected)$/, what);
          assert.deepEqual(session.diary, before, what);
          count += 1;
        }
      }
    }
    assert.ok(count > 150, `${count} ways`);
  });

  it("encrypts only Finished", () => {
    for (let length = 1; length < full.length - 1; length++) {
      const next = full[length] ?? "";
      const session = startAfter(full.slice(0, length));
      session.serverCipher = {};
      refuses(() => step(session, next), /: out of order$/, `${next} after ChangeCipherSpec`);
    }
    const session = startAfter(full.slice(0, -1));
    refuses(() => messages.finished?.unpacketize(session), /: out of order$/, "finished in clear");
  });

  it("ends only if a secret was agreed on", () => {
    for (const masterSecret of [null, undefined]) {
      const session = Object.assign(startAfter(full.slice(0, -2)), { masterSecret });
      refuses(() => step(session, ">finished"), /: out of order$/, "no secret");
    }
  });

  it("passes no alerts or data before its end, and everything after", () => {
    for (let length = 1; length < full.length; length++) {
      const session = startAfter(full.slice(0, length));
      const what = `after ${full[length - 1]}`;
      const alert = { level: 1, description: 0 };
      refuses(() => Object.assign(session, { alert }), /^alert 0$/, what);
      assert.equal(session.alert, undefined, what);
      refuses(() => session.putData("open"), /before the end of the handshake$/, what);
      assert.deepEqual(session.applicationData, [], what);
    }
    const session = startAfter(full);
    session.putData("open");
    assert.deepEqual(session.applicationData, ["open"]);
    session.alert = { level: 1, description: 0 };
    assert.deepEqual(session.alert, { level: 1, description: 0 });
  });

  it("fails if the SDK refuses its end, and stays closed", () => {
    const fail = () => {
      throw new Error("finished: verify_data");
    };
    const session = start({ finished: fail });
    for (const name of full.slice(0, -1)) step(session, name);
    refuses(() => step(session, "finished"), /verify_data/, "finished");
    refuses(() => session.putData("open"), /before the end/, "data");
  });

  /** The server's first flight as bytes. */
  function flightOf(session: FakeSession): Uint8Array {
    const messages = [
      messageOf("serverHello", new Uint8Array(70)),
      messageOf("certificate", new Uint8Array(3_000)),
      messageOf("serverKeyExchange", keyExchange(session)),
      messageOf("certificateRequest", new Uint8Array(30)),
      messageOf("serverHelloDone"),
    ];
    return Uint8Array.from(Buffer.concat(messages));
  }

  function receiveAll(session: FakeSession, bytes: Uint8Array, cuts: readonly number[]): void {
    const ends = [...new Set([...cuts, bytes.length])].sort((one, other) => one - other);
    let at = 0;
    for (const end of ends) {
      receive(messages, session, bytes.subarray(at, end));
      at = end;
    }
  }

  it("is the same in one record as in many, wherever they are cut", () => {
    const whole = start();
    step(whole, ">clientHello");
    receiveAll(whole, flightOf(whole), []);
    step(whole, ">finished");
    step(whole, "finished");
    assert.equal(whole.dhparams?.named_curve, 23);
    const every = (size: number) =>
      Array.from({ length: Math.floor(4_000 / size) }, (_, i) => i * size);
    const check = (cuts: readonly number[]) => {
      const session = start();
      step(session, ">clientHello");
      const flight = flightOf(session);
      receiveAll(
        session,
        flight,
        cuts.filter((cut) => cut > 0 && cut < flight.length),
      );
      step(session, ">finished");
      session.serverCipher = {};
      const last = messageOf("finished", new Uint8Array(12));
      receiveAll(
        session,
        last,
        cuts.filter((cut) => cut > 0 && cut < last.length),
      );
      assert.deepEqual(session.diary, whole.diary);
      assert.deepEqual(session.lengths, [...whole.lengths, 12]);
      assert.deepEqual(session.dhparams?.named_curve, 23);
    };
    for (const size of [1, 512, 1_000]) check(every(size));
    fc.assert(fc.property(fc.array(fc.nat(3_500), { maxLength: 20 }), check), { numRuns: 50 });
  });

  it("accepts a message as long as a record in pieces, and refuses a longer one at its header", () => {
    const session = start();
    step(session, ">clientHello");
    receive(messages, session, messageOf("serverHello", new Uint8Array(70)));
    const longest = messageOf("certificate", new Uint8Array(maximumMessageLength - 4));
    receiveAll(session, longest, [10_000]);
    assert.deepEqual(session.diary.at(-1), "certificate");
    const header = messageOf("serverKeyExchange", new Uint8Array(maximumMessageLength - 3));
    receive(messages, session, header.subarray(0, 3));
    refuses(() => receive(messages, session, header.subarray(3, 4)), /16385 bytes: too long$/, "");
  });

  it("refuses a message that begins before ChangeCipherSpec and ends after it", () => {
    const session = startAfter(full.slice(0, -1));
    const last = messageOf("finished", new Uint8Array(12));
    receive(messages, session, last.subarray(0, 7));
    session.serverCipher = {};
    refuses(() => receive(messages, session, last.subarray(7)), /ChangeCipherSpec within/, "");
    refuses(() => session.putData("open"), /before the end/, "data");
  });

  it("is refused without a valid server signature on the key exchange", () => {
    const bodies: Readonly<Record<string, (session: FakeSession) => object | undefined>> = {
      nothing: () => undefined,
      unsigned: (session) =>
        streamOf(Uint8Array.of(...keyExchange(session).subarray(0, 69), 0, 0, 0, 0)),
      "without even that": (session) => streamOf(keyExchange(session).subarray(0, 69)),
      "signed by another": (session) => streamOf(keyExchange(session, makeKey("rsa"))),
      "of another handshake": () => streamOf(keyExchange(start())),
      longer: (session) => streamOf(Uint8Array.of(...keyExchange(session), 0)),
    };
    for (const [name, bodyOf] of Object.entries(bodies)) {
      const session = startAfter(full.slice(0, 3));
      const body = bodyOf(session);
      refuses(
        () => messages.serverKeyExchange?.unpacketize(session, body),
        /^serverKeyExchange: (not signed by the server|empty)$/,
        name,
      );
      assert.equal(session.dhparams, undefined, name);
    }
  });

  it("is refused if the server sent no certificate, or chose no suite", () => {
    for (const lack of [{ peerCert: undefined }, { chosenCipher: undefined }]) {
      const session = Object.assign(startAfter(full.slice(0, 3)), lack);
      const body = streamOf(keyExchange(session));
      refuses(
        () => messages.serverKeyExchange?.unpacketize(session, body),
        /^serverKeyExchange: empty$/,
        Object.keys(lack).join(),
      );
    }
  });

  it("is refused in another version, even if the SDK accepts it", () => {
    for (const protocolVersion of [0x302, 0x304]) {
      const change = (session: object) => void Object.assign(session, { protocolVersion });
      const session = start({ serverHello: change });
      step(session, ">clientHello");
      refuses(() => step(session, "serverHello"), /wrong version$/, String(protocolVersion));
    }
    const alert = (session: object) =>
      void Object.assign(session, { alert: { level: 2, description: 70 } });
    const session = start({ serverHello: alert });
    step(session, ">clientHello");
    refuses(() => step(session, "serverHello"), /^alert 70$/, "the SDK's own alert");
  });

  it("never resumes a session", () => {
    const session = start();
    step(session, ">clientHello");
    assert.equal(session.clientSessionID, undefined);
    assert.equal(session.cacheManager, undefined);
  });

  it("requires an empty ServerHelloDone", () => {
    const session = startAfter(full.slice(0, 5));
    const body = streamOf(Uint8Array.of(0));
    refuses(() => step(session, "serverHelloDone", body), /not empty$/, "serverHelloDone");
  });
});
