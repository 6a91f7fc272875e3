import { Hono } from "hono";
import * as v from "valibot";
import type { HistoryPage, HistoryQuery, RequestState } from "../api.ts";
import type { Store } from "../store/store.ts";
import { csvFile } from "../words/untranslated.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { gateId, line, pageEntries, periodEntries } from "./fields.ts";
import { historyCsv } from "./history-csv.ts";
import { said } from "./language.ts";
import { csvHeaders } from "./paged-csv.ts";
import { notSignedIn, readQuery } from "./problem.ts";
import type { TapsFirst } from "./taps-first.ts";
import { historyEntry } from "./views.ts";

interface HistoryParts {
  readonly store: Store;
  readonly tapsFirst: TapsFirst;
}

const states = [
  ...["recorded", "sent", "opened", "refused", "unanswered", "failed", "denied"],
] as const satisfies readonly RequestState[];
const query = v.strictObject({
  gate: v.exactOptional(gateId),
  person: v.exactOptional(line(64)),
  state: v.exactOptional(
    v.picklist(
      states,
      said((field) => field.requestState),
    ),
  ),
  ...periodEntries,
  ...pageEntries,
});

/** Requests and their outcomes: a person's own, and for administrators everyone's. */
export function historyRoutes({ store, tapsFirst }: HistoryParts): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .get("/history", async (c) => {
      const allowed = readAllowed(c);
      if (allowed instanceof Response) return allowed;
      const { entries, next } = await store.history(allowed.query);
      const page: HistoryPage = {
        entries: entries.map((entry) => historyEntry(entry, allowed.isAdministrator)),
        next,
      };
      return c.json(page);
    })
    .get("/history.csv", async (c) => {
      const allowed = readAllowed(c);
      if (allowed instanceof Response) return allowed;
      const { limit: _, ...all } = allowed.query;
      const file = await historyCsv(store, all, allowed.isAdministrator, tapsFirst);
      return c.body(file, 200, csvHeaders(csvFile));
    });
}

/** @returns the query, limited to what the person may see, or the error response */
function readAllowed(
  c: WebContext,
): { readonly query: HistoryQuery; readonly isAdministrator: boolean } | Response {
  const { signedIn } = c.var;
  if (signedIn === undefined) return notSignedIn(c);
  const result = readQuery(c, query);
  if (result.type === "problem") return result.response;
  const { id, isAdministrator } = signedIn.person;
  const asked: HistoryQuery = result.value;
  return { query: isAdministrator ? asked : { ...asked, person: id }, isAdministrator };
}
