import assert from "node:assert/strict";
import { Command, InvalidArgumentError } from "commander";
import { type NumberSetting, numberLimits } from "../../device/config.ts";
import { numberOption, requireSettings } from "./settings.ts";
import { UserError } from "./user-error.ts";

const names = Object.keys(numberLimits) as NumberSetting[];

describe("numberOption", () => {
  for (const name of names) {
    const { minimum, maximum } = numberLimits[name];
    it(`accepts ${name} from ${minimum} to ${maximum} only`, () => {
      const parse = numberOption(name);
      assert.equal(parse(String(minimum)), minimum);
      assert.equal(parse(String(maximum)), maximum);
      assert.throws(() => parse(String(minimum - 1)), InvalidArgumentError);
      assert.throws(() => parse(String(maximum + 1)), InvalidArgumentError);
    });
  }

  it("accepts only digits, not JavaScript's other number formats", () => {
    for (const text of [
      "",
      " ",
      "5 ",
      "+5",
      "-5",
      "5.0",
      "5e0",
      "0x5",
      "1_0",
      "٥",
      "five",
      "NaN",
    ]) {
      assert.throws(() => numberOption("pin")(text), InvalidArgumentError, JSON.stringify(text));
    }
  });

  it("says on one line which flag is invalid, and what is valid", () => {
    let written = "";
    const program = new Command("sim")
      .exitOverride()
      .configureOutput({ writeErr: (text) => (written += text) })
      .option("--pulse-ms <ms>", "", numberOption("pulseMs"))
      .option("--port <port>", "", numberOption("port"));
    const parse = (...args: string[]) => {
      written = "";
      assert.throws(() => program.parse(args, { from: "user" }));
      return written;
    };
    assert.equal(
      parse("--pulse-ms", "fast"),
      "error: option '--pulse-ms <ms>' argument 'fast' is invalid. It must be a whole number, 20–5000 ms.\n",
    );
    assert.equal(
      parse("--port", "0"),
      "error: option '--port <port>' argument '0' is invalid. It must be a whole number, 1–65535.\n",
    );
  });
});

describe("requireSettings", () => {
  const good = { thingName: "lot-1", endpoint: "localhost" };

  it("returns every setting, with defaults for those that are missing", () => {
    const settings = requireSettings({ ...good, pin: 7, pulseMs: undefined });
    assert.deepEqual([settings.pin, settings.pulseMs, settings.prefix], [7, 500, "gate"]);
  });

  it("reports all problems on one line, each with what is valid", () => {
    const input = { thingName: "a\nb", endpoint: "https://x", pulseMs: 0, wifi: true };
    assert.throws(
      () => requireSettings(input),
      (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.deepEqual(error.message.split("; ").sort(), [
          '"wifi" is not a setting',
          'endpoint must be a host name without https:// or port: "https://x"',
          "pulseMs must be a whole number, 20–5000 ms: 0",
          'thingName must be 1–64 letters, digits, - _ or :, and not service-…: "a\\nb"',
        ]);
        return true;
      },
    );
  });
});
