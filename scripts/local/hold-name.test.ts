import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../command-line/user-error.ts";
import { holdName } from "./hold-name.ts";

describe("the name of a box that runs here", () => {
  const certs = mkdtempSync(join(tmpdir(), "boom-box-"));
  after(() => rmSync(certs, { recursive: true }));

  it("belongs to one box at a time, and is free again when that ends", async () => {
    let end = () => {};
    const first = holdName(certs, "lot-1", () => new Promise<void>((resolve) => (end = resolve)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await assert.rejects(
      holdName(certs, "lot-1", async () => {}),
      { name: "UserError", message: /^lot-1 already runs here .*name another box with --thing$/ },
    );
    assert.equal(await holdName(certs, "lot-2", async () => "ran"), "ran");
    end();
    await first;
    assert.equal(await holdName(certs, "lot-1", async () => "ran"), "ran");
  });

  it("passes on what went wrong with the box", async () => {
    const failure = new UserError("no broker");
    await assert.rejects(
      holdName(certs, "lot-1", () => Promise.reject(failure)),
      failure,
    );
  });
});
