import { Hono } from "hono";
import type { OtherCommand } from "../api.ts";
import type { BoxGate } from "../cloud/gate-link.ts";
import type { Store } from "../store/store.ts";
import type { WebEnv } from "./context.ts";

const shown = 100;

/** For administrators: what boxes did although nobody asked for it in the app. */
export function otherCommandRoutes({ store }: { readonly store: Store }): Hono<WebEnv> {
  return new Hono<WebEnv>().get("/other-commands", async (c) => {
    const [events, gates] = await Promise.all([store.otherCommands(shown), store.gates()]);
    const names = new Map(gates.map((gate) => [placeOf(gate), gate.name]));
    const commands: OtherCommand[] = events.map(
      ({ thingName, output, by, outcome, reason, at, pulseMs }) => ({
        thingName,
        output,
        // It named a gate that the box does not have.
        gateName:
          reason === "unknown-gate" ? null : (names.get(placeOf({ thingName, output })) ?? null),
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

/** Neither name contains a slash. */
function placeOf({ thingName, output }: BoxGate): string {
  return `${thingName}/${output ?? ""}`;
}
