/**
 * A process that is killed in the middle: records requests for as long as it lives, and prints each id
 * once it has been told that it is kept. `node --import tsx crash.program.ts <location>`
 */
import { writeSync } from "node:fs";
import { openStore } from "./open-store.ts";
import { aRequest, noon } from "./place.rig.ts";

const [location = ""] = process.argv.slice(2);
const store = await openStore(location);

async function recordForEver(): Promise<never> {
  for (;;) {
    const { request } = await store.recordRequest(aRequest());
    const sent = { state: "sent", reason: null, at: noon + 1, pulseMs: null } as const;
    writeSync(1, `recorded ${request.id}\n`);
    await store.advanceRequest(request.id, sent);
    writeSync(1, `sent ${request.id}\n`);
    // SQLite answers without ever waiting: nothing else would get its turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

await Promise.all(Array.from({ length: 8 }, recordForEver));
