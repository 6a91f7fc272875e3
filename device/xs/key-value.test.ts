import assert from "node:assert/strict";
import { XsKeyValue } from "./key-value.ts";
import { fakeKeyValue } from "./moddable.fake.ts";

describe("storage on Moddable", () => {
  it("that cannot be opened, read or written counts as empty, and reports it", () => {
    const failures: string[] = [];
    const storage = new XsKeyValue(
      {
        open() {
          throw new Error("NVS is full");
        },
      },
      (detail) => failures.push(detail),
    );
    storage.write("a", "1");
    assert.equal(storage.read("a"), undefined);
    assert.deepEqual(failures, ["storage: open: Error: NVS is full"]);
  });

  it("continues after a refused key", () => {
    const failures: string[] = [];
    const storage = new XsKeyValue(fakeKeyValue(), (detail) => failures.push(detail));
    storage.write("longer than fifteen", "1");
    storage.delete("longer than fifteen");
    assert.equal(storage.read("longer than fifteen"), undefined);
    assert.equal(failures.length, 3);
    storage.write("short", "1");
    assert.equal(storage.read("short"), "1");
  });
});
