import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { StorePlace } from "./place.rig.ts";

const program = fileURLToPath(new URL("crash.program.ts", import.meta.url));

/** After how many lines of output the process is killed. */
const words = 200;

export function crashContract(newPlace: () => Promise<StorePlace>): void {
  it("has every confirmed request after the process was killed", async () => {
    const place = await newPlace();
    try {
      const said = await killedInTheMiddle(place.location);
      assert.ok(said.length >= words);
      const store = await place.open();
      for (const line of said) {
        const [state, id = ""] = line.split(" ");
        const request = await store.request(id);
        assert.ok(request !== undefined, `${line}, and is gone`);
        if (state === "sent") assert.equal(request.state, "sent", line);
      }
      await store.check();
    } finally {
      await place.remove();
    }
  }).timeout(60_000);
}

/** @returns the lines that the process printed until it was killed */
async function killedInTheMiddle(location: string): Promise<string[]> {
  const child = spawn(process.execPath, ["--import", "tsx", program, location], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (said.length === words) child.kill("SIGKILL");
  }
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  // The last line may be incomplete.
  return said.filter((line) => /^(recorded|sent) [0-9a-f-]{36}$/.test(line));
}
