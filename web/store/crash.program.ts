/**
 * A process for the crash test. It records requests until it is killed, and prints each id when the store
 * has confirmed it. `node --import tsx crash.program.ts <location>`
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
    // SQLite answers synchronously, so without a pause nothing else would run.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

await Promise.all(Array.from({ length: 8 }, recordForEver));
