import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeBase64 } from "./base64.ts";

const bytesOf = (text: string) => {
  const bytes = decodeBase64(text);
  return bytes === undefined ? undefined : [...bytes];
};

describe("decodeBase64", () => {
  it("decodes the examples of RFC 4648", () => {
    const examples = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
    for (const [length, text] of examples.entries()) {
      assert.deepEqual(
        bytesOf(text),
        [..."foobar"].slice(0, length).map((c) => c.charCodeAt(0)),
      );
    }
    assert.deepEqual(bytesOf("+/+/"), [251, 255, 191]);
  });

  it("refuses invalid base64", () => {
    for (const text of ["Z", "Zg=", "Zg", "Z===", "Zm9v\n", "Zm-_", "Z=9v", "====", "Zg==Zg=="]) {
      assert.equal(decodeBase64(text), undefined, text);
    }
  });

  it("round-trips any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), (bytes) => {
        assert.deepEqual(bytesOf(encode(bytes)), [...bytes]);
      }),
    );
  });
});

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Bit by bit, slowly: Buffer is not available on XS. */
function encode(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,6}/g) ?? [];
  const text = groups.map((group) => digits[Number.parseInt(group.padEnd(6, "0"), 2)]).join("");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}
