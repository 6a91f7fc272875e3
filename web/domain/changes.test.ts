import assert from "node:assert/strict";
import { fieldChanges } from "./changes.ts";

describe("the fields of a change", () => {
  const fields = ["name", "days", "isActive"] as const;
  const before = { name: "Ben", days: [1, 2], isActive: true, secret: "x" };

  it("are those that differ, and only those that are recorded", () => {
    const after = { name: "Ben", days: [1, 3], isActive: false, secret: "y" };
    assert.deepEqual(fieldChanges(fields, before, after), [
      { field: "days", from: [1, 2], to: [1, 3] },
      { field: "isActive", from: true, to: false },
    ]);
    assert.deepEqual(fieldChanges(fields, before, { ...before }), []);
  });

  it("are all that have a value when something was added or removed", () => {
    const unnamed = { ...before, name: "" };
    assert.deepEqual(fieldChanges(fields, null, unnamed), [
      { field: "days", from: null, to: [1, 2] },
      { field: "isActive", from: null, to: true },
    ]);
    assert.deepEqual(fieldChanges(["name"], before, null), [
      { field: "name", from: "Ben", to: null },
    ]);
  });
});
