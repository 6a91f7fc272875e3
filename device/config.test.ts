import assert from "node:assert/strict";
import fc from "fast-check";
import {
  defaultTimeServers,
  isHostName,
  type NumberSetting,
  numberLimits,
  parseSettings,
} from "./config.ts";

const required = { thingName: "lot-1", endpoint: "a1b2-ats.iot.eu-central-1.amazonaws.com" };

function settingsOf(input: Record<string, unknown>) {
  const result = parseSettings({ ...required, ...input });
  assert.ok(result.type === "settings", JSON.stringify(result));
  return result.settings;
}

function problemsOf(input: Record<string, unknown>): readonly string[] {
  const result = parseSettings(input);
  assert.ok(result.type === "problems", "expected problems");
  return result.problems;
}

/** The only problem of settings that are valid except for these. */
function problemOf(input: Record<string, unknown>): string {
  const problems = problemsOf({ ...required, ...input });
  assert.equal(problems.length, 1, problems.join("\n"));
  return problems.join();
}

describe("parseSettings", () => {
  it("fills in defaults for everything but the name and the endpoint", () => {
    assert.deepEqual(settingsOf({}), {
      ...required,
      port: 8883,
      alpn: false,
      claim: undefined,
      updates: "off",
      led: undefined,
      appUrl: undefined,
      shadow: false,
      log: false,
      prefix: "gate",
      pin: 5,
      pulseMs: 500,
      pulseCapMs: 1_500,
      cooldownMs: 3_000,
      travelMs: 0,
      gateInput: undefined,
      gates: [],
      button: undefined,
      keepAliveSeconds: 60,
      commandMaxAgeMs: 60_000,
      clockSkewMs: 5_000,
      backoffMaximumMs: 120_000,
      network: "wifi",
      networks: [],
      timeServers: defaultTimeServers,
    });
  });

  it("requires what has no default", () => {
    const problems = problemsOf({});
    assert.equal(problems.length, 2);
    assert.match(problems[0] ?? "", /^thingName is missing/);
    assert.match(problems[1] ?? "", /^endpoint is missing/);
  });

  for (const [name, { minimum, maximum }] of Object.entries(numberLimits)) {
    it(`accepts ${name} from ${minimum} to ${maximum}`, () => {
      // A valid cap for every pulse, and a valid pulse for every cap.
      const others =
        name === "pulseMs" ? { pulseCapMs: 10_000 } : name === "pulseCapMs" ? { pulseMs: 20 } : {};
      for (const value of [minimum, maximum]) {
        assert.equal(settingsOf({ ...others, [name]: value })[name as NumberSetting], value);
      }
      for (const value of [minimum - 1, maximum + 1, minimum + 0.5, Number.NaN, "5", true, {}]) {
        assert.match(problemOf({ ...others, [name]: value }), new RegExp(`^${name} must be `));
      }
    });
  }

  it("accepts WiFi or Ethernet, and nothing else", () => {
    assert.equal(settingsOf({ network: "ethernet" }).network, "ethernet");
    for (const network of ["WiFi", "", 5, []]) {
      assert.match(problemOf({ network }), /^network must be wifi or ethernet: /);
    }
  });

  it("accepts a claim template without further fields", () => {
    assert.deepEqual(settingsOf({ claim: { template: "T-1_x" } }).claim, { template: "T-1_x" });
    assert.equal(settingsOf({ claim: null }).claim, undefined);
    const wrong = ["T", {}, { template: "" }, { template: "a/b" }, { template: "x".repeat(37) }];
    for (const claim of [...wrong, { template: "T", key: "x" }, [], true]) {
      assert.match(problemOf({ claim }), /^claim must be \{template: /);
    }
  });

  it("treats null as absent, because forms send it", () => {
    assert.equal(settingsOf({ pulseMs: null }).pulseMs, 500);
  });

  it("derives a cap that lateness alone does not reach", () => {
    for (const pulseMs of [20, 500, 1_000, 5_000]) {
      const { pulseCapMs } = settingsOf({ pulseMs });
      assert.ok(pulseCapMs >= pulseMs + 100);
      assert.ok(pulseCapMs <= numberLimits.pulseCapMs.maximum);
    }
    assert.equal(settingsOf({ pulseMs: 500, pulseCapMs: 600 }).pulseCapMs, 600);
    assert.match(problemOf({ pulseMs: 500, pulseCapMs: 599 }), /^pulseCapMs must exceed pulseMs/);
  });

  it("refuses unknown names: a misspelt limit must not be ignored", () => {
    assert.equal(problemOf({ pulseMS: 500 }), '"pulseMS" is not a setting');
    assert.equal(problemOf({ password: "secret-secret" }), '"password" is not a setting');
    assert.match(problemOf({ constructor: 1 }), /not a setting/);
  });

  it("reports all problems at once", () => {
    assert.equal(
      problemsOf({ thingName: "a/b", endpoint: "x y", port: 0, colour: "red" }).length,
      4,
    );
  });

  for (const endpoint of ["https://a.example", "a.example:8883", "a.example/", "", "a b", 5, "*"]) {
    it(`refuses the endpoint ${JSON.stringify(endpoint)}`, () => {
      assert.match(problemOf({ endpoint }), /^endpoint must be a host name/);
    });
  }

  it("accepts only booleans as flags", () => {
    assert.equal(settingsOf({ alpn: true }).alpn, true);
    assert.equal(problemOf({ alpn: "false" }), "alpn must be true or false");
    assert.equal(problemOf({ alpn: 1 }), "alpn must be true or false");
  });

  describe("networks", () => {
    const SSID = "Office";

    for (const [name, network] of [
      ["an open one", { SSID }],
      ["the shortest password", { SSID, password: "x".repeat(8) }],
      ["the longest password", { SSID, password: "x".repeat(63) }],
      ["the longest name", { SSID: "x".repeat(32) }],
      ["the longest name of emoji", { SSID: "🚗".repeat(8) }],
      ["the longest name of umlauts", { SSID: "ü".repeat(16) }],
      ["a password with every kind of character", { SSID, password: " !~ aZ09" }],
      ["a key", { SSID, password: "0123456789abcdefABCDEF".padEnd(64, "f") }],
    ] as const) {
      it(`may be ${name}`, () => {
        assert.deepEqual(settingsOf({ networks: [network] }).networks, [network]);
      });
    }

    for (const [name, networks] of [
      ["a value that is not a list", { SSID }],
      ["a missing name", [{}]],
      ["an empty name", [{ SSID: "" }]],
      ["a name that is too long", [{ SSID: "x".repeat(33) }]],
      ["a name of 48 bytes", [{ SSID: "🚗".repeat(12) }]],
      ["a name of 34 bytes", [{ SSID: "ü".repeat(17) }]],
      ["a name with NUL", [{ SSID: "Off\0ice" }]],
      ["a name with half a character", [{ SSID: "\ud83d" }]],
      ["a password that is not ASCII", [{ SSID, password: "Schlüssel" }]],
      ["a password with a control character", [{ SSID, password: "secret\tsecret" }]],
      ["a key with another letter", [{ SSID, password: "g".repeat(64) }]],
      ["a key that is too long", [{ SSID, password: "a".repeat(65) }]],
      ["an empty password", [{ SSID, password: "" }]],
      ["a password that is too short", [{ SSID, password: "hunter2" }]],
      ["a password that is too long", [{ SSID, password: "x".repeat(64) }]],
      ["a password that is null", [{ SSID, password: null }]],
      ["a misspelt password", [{ SSID, Password: "hunter2-hunter2" }]],
      ["nine networks", Array.from({ length: 9 }, () => ({ SSID }))],
      ["null", [null]],
    ] as const) {
      it(`may not be ${name}`, () => assert.match(problemOf({ networks }), /^networks must be/));
    }

    it("never show a password in a problem", () => {
      const secret = fc.string({ minLength: 12, maxLength: 80 }).map((text) => `S3cret${text}`);
      const broken = fc.constantFrom({ SSID: "" }, { SSID: 5 }, {}, { SSID: "Office", more: 1 });
      fc.assert(
        fc.property(secret, broken, fc.boolean(), (password, network, isListed) => {
          const one = { ...network, password };
          const problems = problemsOf({ ...required, networks: isListed ? [one] : one });
          assert.ok(!problems.join("\n").includes("S3cret"));
        }),
      );
    });
  });

  describe("timeServers", () => {
    it("keep their order", () => {
      const timeServers = ["ntp.example", "192.0.2.1"];
      assert.deepEqual(settingsOf({ timeServers }).timeServers, timeServers);
    });

    for (const timeServers of [[], "pool.ntp.org", [5], ["http://x"], Array(9).fill("a.example")]) {
      it(`may not be ${JSON.stringify(timeServers).slice(0, 40)}`, () => {
        assert.match(problemOf({ timeServers }), /^timeServers must be 1–8 host names/);
      });
    }
  });

  it("has a light on any pin but the gate's", () => {
    assert.deepEqual(settingsOf({ led: { pin: 2 } }).led, { pin: 2 });
    for (const led of [{}, { pin: -1 }, { pin: "2" }, { pin: 2, active: 0 }, 2, []]) {
      assert.match(problemOf({ led }), /^led must be \{pin: 0–48\}/);
    }
    assert.match(problemOf({ led: { pin: 5 } }), /^led and the gate both use pin 5/);
  });

  it("names the staff app by an absolute address", () => {
    const appUrl = "https://gate.example:8443/?a=%20";
    assert.equal(settingsOf({ appUrl }).appUrl, appUrl);
    for (const wrong of [
      ...[
        "",
        "gate.example",
        "https://",
        "javascript:alert(1)",
        "https://a b",
        "https://ä.example",
      ],
      ...[`https://${"a".repeat(121)}`, 'https://a"b', 5],
    ]) {
      assert.match(problemOf({ appUrl: wrong }), /^appUrl must be https:/);
    }
  });

  it("never throws, whatever the input", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (input, value) => {
        for (const name of Object.keys(settingsOf({}))) {
          const result = parseSettings({ ...required, ...input, [name]: value });
          if (result.type === "problems") assert.ok(result.problems.length > 0);
        }
      }),
    );
  });

  it("keeps long values out of its problems", () => {
    assert.ok(problemOf({ endpoint: `${"x".repeat(5_000)} ` }).length < 200);
  });
});

describe("isHostName", () => {
  for (const name of ["localhost", "a.example", "192.0.2.1", "A-1.example", "x".repeat(63)]) {
    it(`accepts ${name.slice(0, 20)}`, () => assert.ok(isHostName(name)));
  }
  for (const name of [
    ...["", ".", "a.", ".a", "a..b", "-a", "a-", "a_b", "a b", "::1", "a\n", "x".repeat(64)],
    `${"a.".repeat(127)}aa`,
  ]) {
    it(`refuses ${JSON.stringify(name.slice(0, 20))}`, () => assert.ok(!isHostName(name)));
  }
});
