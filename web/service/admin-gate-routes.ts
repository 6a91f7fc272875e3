import { Hono } from "hono";
import * as v from "valibot";
import type { AdminGateView, GateEventView, GatesPage, GatesSort } from "../api.ts";
import type { Gate } from "../domain/entities.ts";
import { longestGateName } from "../input-limits.ts";
import { gateKeys, parseListPosition } from "../store/list-position.ts";
import type { Store } from "../store/store.ts";
import { authorOf } from "./author.ts";
import type { Boxes } from "./boxes.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { gateId, line, listOf, output, sortedPageEntries, thingName, timeZone } from "./fields.ts";
import { said, wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import { notFound, problem, readBody, readQuery } from "./problem.ts";
import type { Streams } from "./streams.ts";
import type { Webhooks } from "./webhooks.ts";

interface AdminGateParts {
  readonly store: Store;
  readonly boxes: Boxes;
  readonly streams: Streams;
  readonly webhooks: Webhooks;
  readonly log: Logger;
  now(): number;
}

/** On one page. */
const mostEvents = 50;
const mostNewBoxes = 200;

const isActive = v.exactOptional(v.boolean(said((field) => field.trueOrFalse)));
const newGate = v.strictObject({
  id: gateId,
  name: line(longestGateName),
  thingName,
  output: v.exactOptional(output, null),
  timeZone,
  isActive,
});
const changes = v.strictObject({
  name: v.exactOptional(line(longestGateName)),
  thingName: v.exactOptional(thingName),
  output: v.exactOptional(output),
  timeZone: v.exactOptional(timeZone),
  isActive,
});

const sorts = ["name", "id", "box"] as const satisfies readonly GatesSort[];
const ids = v.pipe(
  v.string(),
  v.transform((text) => text.split(",")),
  listOf(gateId, 200),
);
const gatesQuery = v.union([
  v.strictObject({ ids }),
  v.strictObject(sortedPageEntries(longestGateName, sorts, "name")),
]);

/** For administrators: the gates and the health of their boxes. */
export function adminGateRoutes(parts: AdminGateParts): Hono<WebEnv> {
  const { store, boxes, streams, webhooks, log, now } = parts;
  const view = (gate: Gate): AdminGateView => ({
    ...gate,
    isAtBox: boxes.has(gate),
    box: boxes.healthAt(gate),
  });
  return new Hono<WebEnv>()
    .get("/new-boxes", async (c) => {
      const used = new Set((await store.gates()).map(({ thingName }) => thingName));
      return c.json(boxes.without((thingName) => used.has(thingName), mostNewBoxes));
    })
    .get("/gates", (c) => list(parts, c, view))
    .get("/gates/:id", async (c) => {
      const gate = await store.gate(c.req.param("id"));
      return gate === undefined ? notFound(c, "gate") : c.json(view(gate));
    })
    .get("/gates/:id/traces", async (c) => {
      const traces = await store.gateTraces(c.req.param("id"), now());
      return traces === undefined ? notFound(c, "gate") : c.json(traces);
    })
    .delete("/gates/:id", async (c) => {
      const id = c.req.param("id");
      if ((await store.deleteGate(id, authorOf(c))) === undefined) return notFound(c, "gate");
      log.info({ gate: id, by: c.var.signedIn?.person.id }, "a gate was deleted");
      await streams.gateDeleted();
      await webhooks.refresh();
      return c.body(null, 204);
    })
    .get("/gates/:id/events", async (c) => {
      const gate = await store.gate(c.req.param("id"));
      if (gate === undefined) return notFound(c, "gate");
      const events: readonly GateEventView[] = await store.gateEvents(gate, mostEvents);
      return c.json(events);
    })
    .post("/gates", async (c) => {
      const body = await readBody(c, newGate);
      if (body.type === "problem") return body.response;
      const gate: Gate = { isActive: true, ...body.value };
      await store.createGate(gate, authorOf(c));
      log.info({ gate: gate.id, by: c.var.signedIn?.person.id }, "a gate was created");
      await streams.gatesChanged();
      return c.json(view(gate), 201);
    })
    .patch("/gates/:id", async (c) => {
      const body = await readBody(c, changes);
      if (body.type === "problem") return body.response;
      const gate = await store.updateGate(c.req.param("id"), body.value, authorOf(c));
      if (gate === undefined) return notFound(c, "gate");
      const fields = Object.keys(body.value);
      log.info({ gate: gate.id, fields, by: c.var.signedIn?.person.id }, "a gate was changed");
      await streams.gatesChanged();
      return c.json(view(gate));
    });
}

async function list(
  { store }: AdminGateParts,
  c: WebContext,
  view: (gate: Gate) => AdminGateView,
): Promise<Response> {
  const asked = readQuery(c, gatesQuery);
  if (asked.type === "problem") return asked.response;
  if ("ids" in asked.value) {
    const gates = (await store.gatesWith(asked.value.ids)).map(view);
    return c.json({ gates, total: gates.length, next: null } satisfies GatesPage);
  }
  const { after, sort } = asked.value;
  if (after !== undefined && !parseListPosition(after, sort, gateKeys[sort])) {
    return problem(c, 400, "invalid", `after: ${wordsFor(c).field.listPosition}`);
  }
  const { gates, total, next } = await store.gatesPage(asked.value);
  return c.json({ gates: gates.map(view), total, next } satisfies GatesPage);
}
