import assert from "node:assert/strict";
import fc from "fast-check";
import type { FoundNetwork } from "../hal.ts";
import {
  commandOf,
  type Heard,
  hear,
  hostile,
  packetOf,
  settingsOf,
  textsOf,
} from "./improv.rig.ts";
import { Improv, type ImprovEffect } from "./improv.ts";

const options = {
  firmware: "Boom Box",
  version: "0.1.0",
  chip: "ESP32",
  deviceName: "lot-1",
  nextUrl: "https://gates.example/boxes/lot-1",
};
const url: Heard = { result: 1, texts: [options.nextUrl] };
const ready: Heard = { state: 2 };
const provisioning: Heard = { state: 3 };
const provisioned: Heard = { state: 4 };
const invalid: Heard = { error: 1 };
const unknownCommand: Heard = { error: 2 };
const unableToConnect: Heard = { error: 3 };
const busy: Heard = { error: 0xff };
const office = { SSID: "office", password: "correct horse" };
const join: Heard = { type: "join", network: office };
const networksEnd: Heard = { result: 4, texts: [] };

describe("Improv", () => {
  let improv: Improv;
  const receive = (bytes: Uint8Array, now = 0) => hear(improv.handleBytes(bytes, now));
  const joinOffice = (now = 0) => receive(settingsOf(office.SSID, office.password), now);

  beforeEach(() => {
    improv = new Improv(options);
  });

  it("says who the box is", () => {
    assert.deepEqual(receive(commandOf(3)), [
      { result: 3, texts: ["Boom Box", "0.1.0", "ESP32", "lot-1"] },
    ]);
  });

  it("says its name, also as host name, and cannot be renamed", () => {
    for (const command of [5, 6]) {
      assert.deepEqual(receive(commandOf(command)), [{ result: command, texts: ["lot-1"] }]);
      assert.deepEqual(receive(commandOf(command, Buffer.from("lot-2"))), [unknownCommand]);
      assert.deepEqual(receive(commandOf(command)), [{ result: command, texts: ["lot-1"] }]);
    }
  });

  it("adds an empty text to an answer that the client would take for the end of a line", () => {
    improv = new Improv({ ...options, deviceName: "lot-001" });
    assert.deepEqual(receive(commandOf(6)), [{ result: 6, texts: ["lot-001", ""] }]);
  });

  it("knows no other command", () => {
    for (const command of [0, 7, 8, 255]) {
      assert.deepEqual(receive(commandOf(command)), [unknownCommand], String(command));
    }
  });

  it("joins a network, then says the page to go to", () => {
    assert.deepEqual(receive(commandOf(2)), [ready]);
    assert.deepEqual(joinOffice(1_000), [provisioning, join]);
    assert.deepEqual(receive(commandOf(2), 1_500), [provisioning]);
    assert.equal(improv.deadline, 41_000);
    assert.deepEqual(hear(improv.joined()), [provisioned, url]);
    assert.equal(improv.deadline, undefined);
    assert.deepEqual(receive(commandOf(2), 2_000), [provisioned, { ...url, result: 2 }]);
    assert.deepEqual(improv.joined(), [], "a join has one end");
  });

  it("ends a join also without a page to go to", () => {
    improv = new Improv({ ...options, nextUrl: undefined });
    joinOffice();
    assert.deepEqual(hear(improv.joined()), [provisioned, { result: 1, texts: [] }]);
    assert.deepEqual(receive(commandOf(2)), [provisioned, { result: 2, texts: [] }]);
  });

  it("joins an open network if the password is empty", () => {
    assert.deepEqual(receive(settingsOf("café", "")), [
      provisioning,
      { type: "join", network: { SSID: "café" } },
    ]);
  });

  it("says that it could not join, and takes the error back at the next try", () => {
    joinOffice();
    assert.deepEqual(hear(improv.joinFailed()), [unableToConnect, ready]);
    assert.deepEqual(improv.joinFailed(), [], "a join has one end");
    assert.deepEqual(receive(commandOf(2)), [ready]);
    assert.deepEqual(joinOffice(), [{ error: 0 }, provisioning, join]);
    hear(improv.joined());
    assert.deepEqual(joinOffice(), [provisioning, join], "the error is taken back once");
  });

  it("gives a join up that has no answer after 40 s", () => {
    joinOffice(1_000);
    assert.deepEqual(improv.handleTimeout(40_999), []);
    assert.deepEqual(hear(improv.handleTimeout(41_000)), [unableToConnect, ready]);
    assert.equal(improv.deadline, undefined);
    assert.deepEqual(improv.joined(), [], "an answer after that tells the client nothing");
    assert.deepEqual(hear(improv.setOnline(true)), [provisioned]);
  });

  it("gives up before it handles bytes that arrive after the deadline", () => {
    joinOffice(0);
    assert.deepEqual(receive(commandOf(2), 40_000), [unableToConnect, ready, ready]);
  });

  it("refuses a second join or scan while one is under way, and never queues it", () => {
    for (const first of [commandOf(4), settingsOf(office.SSID, office.password)]) {
      improv = new Improv(options);
      receive(first, 0);
      const { deadline } = improv;
      assert.deepEqual(receive(commandOf(4), 10), [busy]);
      assert.deepEqual(receive(settingsOf("other", ""), 20), [busy]);
      assert.equal(improv.deadline, deadline, "the first is not prolonged");
      const end = deadline ?? 0;
      improv.handleTimeout(end);
      assert.equal(improv.deadline, undefined);
      assert.deepEqual(receive(commandOf(4), end), [{ type: "scan" }]);
    }
  });

  it("answers everything else while a join or scan is under way", () => {
    receive(commandOf(4));
    assert.deepEqual(receive(commandOf(2)), [ready]);
    assert.equal(receive(commandOf(3)).length, 1);
  });

  const wrongNetworks: readonly [string, string | Uint8Array, string | Uint8Array][] = [
    ["no SSID", "", "correct horse"],
    ["an SSID of 33 bytes", `${"é".repeat(16)}x`, "correct horse"],
    ["an SSID with NUL", "of\0fice", "correct horse"],
    ["an SSID that is not UTF-8", Uint8Array.of(0xff, 0x41), "correct horse"],
    ["a password of 7 characters", "office", "1234567"],
    ["a password of 64 characters that is no key", "office", "x".repeat(64)],
    ["a password outside of ASCII", "office", "pässword"],
    ["a password that is not UTF-8", "office", Uint8Array.from(Buffer.alloc(8, 0xc0))],
  ];
  for (const [what, SSID, password] of wrongNetworks) {
    it(`cannot connect with ${what}`, () => {
      assert.deepEqual(receive(settingsOf(SSID, password)), [unableToConnect]);
      assert.equal(improv.deadline, undefined);
      assert.deepEqual(receive(commandOf(2)), [ready]);
    });
  }

  it("refuses a command with wrong lengths or a wrong checksum as an invalid packet", () => {
    const [SSID, password] = [textsOf("office"), textsOf("correct horse")];
    const damaged = settingsOf(office.SSID, office.password);
    damaged[12] = (damaged[12] ?? 0) ^ 1;
    for (const packet of [
      packetOf(3, []),
      packetOf(3, [2]),
      packetOf(3, [2, 1]),
      packetOf(3, [2, 0, 0]),
      commandOf(1),
      commandOf(1, SSID),
      commandOf(1, [...SSID, ...password, 0]),
      commandOf(1, [...SSID, ...password].slice(0, -1)),
      damaged,
    ]) {
      assert.deepEqual(receive(packet), [invalid], packet.toString("hex"));
    }
  });

  it("ignores packets that are not commands, so that an echo of its own causes nothing", () => {
    const said = improv.handleBytes(Buffer.concat([commandOf(2), commandOf(3), commandOf(9)]), 0);
    for (const effect of said) {
      assert.equal(effect.type, "reply");
      if (effect.type !== "reply") continue;
      assert.deepEqual(receive(effect.bytes), []);
      const damaged = effect.bytes.map((byte, i) => (i === effect.bytes.length - 2 ? ~byte : byte));
      assert.deepEqual(receive(damaged), []);
    }
  });

  describe("a scan", () => {
    const scan = (networks: readonly FoundNetwork[]) => {
      assert.deepEqual(receive(commandOf(4)), [{ type: "scan" }]);
      return hear(improv.scanned(networks));
    };

    it("shows the strongest first, each once, and no hidden one", () => {
      const found = [
        { SSID: "cafe", RSSI: -70, isSecured: false },
        { SSID: "office", RSSI: -60, isSecured: false },
        { SSID: "", RSSI: -10, isSecured: true },
        { SSID: "office", RSSI: -40, isSecured: true },
      ];
      assert.deepEqual(scan(found), [
        { result: 4, texts: ["office", "-40", "YES"] },
        { result: 4, texts: ["cafe", "-70", "NO"] },
        networksEnd,
      ]);
      assert.equal(improv.deadline, undefined);
      assert.deepEqual(improv.scanned(found), [], "a scan has one answer");
      assert.equal(scan(found).length, 3, "the next one is not refused");
    });

    it("shows 20 at most", () => {
      const found = Array.from({ length: 30 }, (_, i) => {
        return { SSID: `network ${i}`, RSSI: -100 + i, isSecured: true };
      });
      const shown = scan(found);
      assert.equal(shown.length, 21);
      assert.deepEqual(shown[0], { result: 4, texts: ["network 29", "-71", "YES"] });
      assert.deepEqual(shown[20], networksEnd);
    });

    it("leaves out what no box can join", () => {
      const SSIDs = ["a\0b", "x".repeat(33), "\ud800"];
      assert.deepEqual(scan(SSIDs.map((SSID) => ({ SSID, RSSI: -50, isSecured: true }))), [
        networksEnd,
      ]);
    });

    it("has found nothing if it has no answer after 20 s", () => {
      receive(commandOf(4), 500);
      assert.equal(improv.deadline, 20_500);
      assert.deepEqual(improv.handleTimeout(20_499), []);
      assert.deepEqual(hear(improv.handleTimeout(20_500)), [networksEnd]);
      assert.deepEqual(improv.scanned([]), []);
    });

    it("is not ended by the answer to a join, nor a join by a scan's", () => {
      receive(commandOf(4));
      assert.deepEqual([...improv.joined(), ...improv.joinFailed()], []);
      improv.scanned([]);
      joinOffice();
      assert.deepEqual(improv.scanned([]), []);
      assert.deepEqual(hear(improv.joined()), [provisioned, url]);
    });
  });

  describe("on a network already", () => {
    it("tells the client when that changes, and only then", () => {
      assert.deepEqual(improv.setOnline(false), []);
      assert.deepEqual(hear(improv.setOnline(true)), [provisioned]);
      assert.deepEqual(improv.setOnline(true), []);
      assert.deepEqual(receive(commandOf(2)), [provisioned, { ...url, result: 2 }]);
      assert.deepEqual(hear(improv.setOnline(false)), [ready]);
    });

    it("joins another network, and is on none if that fails", () => {
      improv.setOnline(true);
      assert.deepEqual(joinOffice(), [provisioning, join]);
      assert.deepEqual(improv.setOnline(false), [], "the end of the join says more");
      assert.deepEqual(improv.setOnline(true), []);
      assert.deepEqual(hear(improv.joinFailed()), [unableToConnect, ready]);
      assert.deepEqual(hear(improv.setOnline(true)), [provisioned], "it is back on the old one");
    });
  });

  describe("a partial packet", () => {
    const request = commandOf(2);

    it("is dropped 1 s after its last byte", () => {
      assert.deepEqual(receive(request.subarray(0, 5), 0), []);
      assert.equal(improv.deadline, 1_000);
      receive(request.subarray(5, 10), 999);
      receive(new Uint8Array(0), 1_500);
      assert.equal(improv.deadline, 1_999, "prolonged by bytes alone");
      assert.deepEqual(improv.handleTimeout(1_998), []);
      assert.deepEqual(receive(request.subarray(10), 1_998), [ready]);
      receive(request.subarray(0, 10), 2_000);
      assert.deepEqual(improv.handleTimeout(3_000), []);
      assert.equal(improv.deadline, undefined);
      assert.deepEqual(receive(request.subarray(10), 3_001), []);
      assert.deepEqual(receive(request, 3_002), [ready]);
    });

    it("is dropped by bytes that come too late, even if the timer does not", () => {
      receive(request.subarray(0, 10), 0);
      assert.deepEqual(receive(request, 1_000), [ready]);
    });

    it("does not delay the end of a join, nor the other way round", () => {
      joinOffice(0);
      receive(request.subarray(0, 5), 39_500);
      assert.equal(improv.deadline, 40_000);
      assert.deepEqual(hear(improv.handleTimeout(40_000)), [unableToConnect, ready]);
      assert.equal(improv.deadline, 40_500);
    });
  });

  it("refuses texts that do not fit into a packet when it is made", () => {
    assert.throws(() => new Improv({ ...options, nextUrl: "x".repeat(253) }), RangeError);
    assert.throws(() => new Improv({ ...options, firmware: "x".repeat(253) }), RangeError);
  });

  it("answers a request after any bytes and a pause of 1 s", () => {
    fc.assert(
      fc.property(hostile, (bytes) => {
        improv = new Improv(options);
        hear(improv.handleBytes(bytes, 0));
        improv.handleTimeout(1_000);
        const [answer] = receive(commandOf(6), 1_000);
        assert.deepEqual(answer, { result: 6, texts: ["lot-1"] });
      }),
      { numRuns: 500 },
    );
  });

  const secret = "a secret pass phrase";
  const step = fc.oneof(
    hostile.map((bytes) => ({ type: "bytes", bytes }) as const),
    fc
      .constantFrom(commandOf(4), commandOf(2), settingsOf("office", secret), commandOf(6, [65]))
      .map((bytes) => ({ type: "bytes", bytes }) as const),
    fc
      .constantFrom("scanned", "joined", "joinFailed", "online", "offline", "timeout")
      .map((type) => ({ type })),
  );

  it("does one thing at a time, ends each, and says no password, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat(25_000)), { maxLength: 40 }), (steps) => {
        improv = new Improv(options);
        let now = 0;
        let work: "scan" | "join" | undefined;
        const check = (effects: readonly ImprovEffect[]) => {
          const isSaid = effects.some(
            (effect) => effect.type === "reply" && Buffer.from(effect.bytes).includes(secret),
          );
          assert.ok(!isSaid);
          for (const heard of hear(effects)) {
            if ("type" in heard) {
              assert.equal(work, undefined, "never two at once");
              work = heard.type;
            } else if ("result" in heard && heard.result === 4 && heard.texts.length === 0) {
              assert.equal(work, "scan");
              work = undefined;
            } else if ("state" in heard && heard.state !== 3 && work === "join") {
              work = undefined;
            }
          }
        };
        for (const [next, pauseMs] of steps) {
          now += pauseMs;
          check(perform(improv, next, now));
          if (work !== undefined) assert.ok(improv.deadline !== undefined, "each has an end");
        }
        check(improv.handleTimeout(now + 40_000));
        assert.deepEqual([work, improv.deadline], [undefined, undefined]);
      }),
      { numRuns: 300 },
    );
  });
});

type Step =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "scanned" | "joined" | "joinFailed" | "online" | "offline" | "timeout" };

function perform(improv: Improv, step: Step, now: number): ImprovEffect[] {
  switch (step.type) {
    case "bytes":
      return improv.handleBytes(step.bytes, now);
    case "scanned":
      return improv.scanned([{ SSID: "office", RSSI: -50, isSecured: true }]);
    case "joined":
      return improv.joined();
    case "joinFailed":
      return improv.joinFailed();
    case "online":
      return improv.setOnline(true);
    case "offline":
      return improv.setOnline(false);
    case "timeout":
      return improv.handleTimeout(now);
  }
}
