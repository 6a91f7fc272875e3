import { Hono } from "hono";
import type { OtherCommand } from "../api.ts";
import type { Store } from "../store/store.ts";
import type { WebEnv } from "./context.ts";

const shown = 100;

/** For administrators: what boxes did although nobody asked for it in the app. */
export function otherCommandRoutes({ store }: { readonly store: Store }): Hono<WebEnv> {
  return new Hono<WebEnv>().get("/other-commands", async (c) => {
    const [events, gates] = await Promise.all([store.otherCommands(shown), store.gates()]);
    const names = new Map(gates.map(({ thingName, name }) => [thingName, name]));
    const commands: OtherCommand[] = events.map(
      ({ thingName, by, outcome, reason, at, pulseMs }) => ({
        thingName,
        gateName: names.get(thingName) ?? null,
        by,
        outcome,
        reason,
        at,
        pulseMs,
      }),
    );
    return c.json(commands);
  });
}
