import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../command-line/user-error.ts";
import { failureOf, partsOf, SetupError } from "./failure.ts";

describe("a failure's cause and way out", () => {
  for (const [message, cause, wayOut] of [
    [
      "/dev/ttyUSB0 is in use: close the program that has it open",
      "/dev/ttyUSB0 is in use.",
      "Close the program that has it open.",
    ],
    [
      "socket://127.0.0.1:80 cannot be reached (connect ECONNREFUSED: no): check host and port",
      "socket://127.0.0.1:80 cannot be reached (connect ECONNREFUSED: no).",
      "Check host and port.",
    ],
    [
      "2 boards are connected: name one with --port: a, b",
      "2 boards are connected.",
      "Name one with --port: a, b.",
    ],
    [
      "it stopped: check the cable, then run the same command again",
      "It stopped.",
      "Check the cable, then try again.",
    ],
    ["lot-1 runs here: quit it", "lot-1 runs here.", "Quit it."],
    ["nothing more is known", "Nothing more is known.", "Try again."],
  ] as const) {
    it(`are divided: ${message}`, () => {
      assert.deepEqual(partsOf(message), { cause, wayOut });
      assert.deepEqual(failureOf(new UserError(message)), { cause, wayOut, field: null });
    });
  }

  it("keeps the input that a failure is about", () => {
    const { failure } = new SetupError("pin 34 is input-only", "use 5", "pin");
    assert.deepEqual(failure, { cause: "Pin 34 is input-only.", wayOut: "Use 5.", field: "pin" });
  });

  it("does not hide a bug", () => {
    assert.throws(() => failureOf(new TypeError("undefined is not a function")), TypeError);
  });

  it("loses no words", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z(): ]{0,60}$/), (message) => {
        const { cause, wayOut } = partsOf(message);
        assert.ok(cause !== "" && wayOut !== "");
      }),
    );
  });
});
