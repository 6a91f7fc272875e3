import assert from "node:assert/strict";
import { checkedServerNames, checkedThings } from "./names.ts";

describe("names", () => {
  it("of boxes are thing names without duplicates", () => {
    assert.deepEqual(checkedThings(["lot-1", "lot:2", "lot-1"]), ["lot-1", "lot:2"]);
  });

  for (const [thing, why] of [
    ["../ca", /cannot name a box/],
    ["", /cannot name a box/],
    ["a b", /cannot name a box/],
    ["service-1", /cannot name a box: .*for publishers/],
    ["x".repeat(65), /cannot name a box/],
    ["service", /folder of the service/],
    ["Server", /folder of the server/],
  ] as const) {
    it(`of boxes cannot be ${JSON.stringify(thing.slice(0, 12))}`, () => {
      assert.throws(() => checkedThings(["lot-1", thing]), { name: "UserError", message: why });
    });
  }

  it("of boxes must differ in more than case, because some file systems ignore it", () => {
    assert.throws(() => checkedThings(["lot-a", "Lot-A"]), /differ only in case/);
  });

  it("of the server are DNS names or addresses, normalized and without duplicates", () => {
    assert.deepEqual(
      checkedServerNames(["Gate.Example.ORG", "gate.example.org", "10.0.0.7", "2001:0DB8:0::1"]),
      ["gate.example.org", "10.0.0.7", "2001:db8::1"],
    );
  });

  for (const name of ["", "*.lan", "a b", "https://gate.lan", "gate.lan:8883", "300.1.2.3", "-a"]) {
    it(`of the server cannot be ${JSON.stringify(name)}`, () => {
      assert.throws(() => checkedServerNames([name]), { name: "UserError", message: /the server/ });
    });
  }
});
