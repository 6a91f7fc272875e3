import assert from "node:assert/strict";
import type { Context } from "mocha";

/**
 * Optional tools of a machine. `BOOM_BOX_REQUIRE` lists those that must be there, separated by
 * commas.
 */
export type Optional =
  | "chromium"
  | "esp32"
  | "esptool"
  | "firefox"
  | "mosquitto"
  | "moto"
  | "postgresql"
  | "root"
  | "sigrok-cli"
  | "webkit"
  | "xs";

/** Skips the test or suite if something is missing, with one line that says what to do. */
export function skipWithout(
  context: Context,
  name: Optional,
  isThere: boolean,
  needed: string,
): void {
  if (isThere) return;
  const required = (process.env.BOOM_BOX_REQUIRE ?? "").split(",").map((word) => word.trim());
  assert.ok(!required.includes(name), `${name} is required here: ${needed}`);
  process.stdout.write(`    skipped: needs ${needed}\n`);
  context.skip();
}
