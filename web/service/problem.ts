import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as v from "valibot";
import type { Problem, RequestView } from "../api.ts";
import type { StoreError } from "../store/store.ts";
import type { WebContext } from "./context.ts";

export interface ProblemExtras {
  readonly request?: RequestView;
  readonly retryAfterSeconds?: number;
}

/** An answer that is an error: for programs a word, for people a sentence. */
export function problem(
  c: WebContext,
  status: ContentfulStatusCode,
  error: string,
  message: string,
  { request, retryAfterSeconds }: ProblemExtras = {},
): Response {
  c.set("problem", error);
  if (retryAfterSeconds !== undefined) c.header("Retry-After", String(retryAfterSeconds));
  const body: Problem = { error, message, ...(request === undefined ? {} : { request }) };
  return c.json(body, status);
}

export function notSignedIn(c: WebContext): Response {
  return problem(c, 401, "not-signed-in", "Sign in first.");
}

export function notFound(c: WebContext, what: string): Response {
  return problem(c, 404, "not-found", `There is no such ${what}.`);
}

export function tooMany(c: WebContext, waitMs: number): Response {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const message = `Too many tries: wait ${seconds} s and try again.`;
  return problem(c, 429, "rate-limited", message, { retryAfterSeconds: seconds });
}

/** Nothing was done where the database could not keep it. */
export function storeProblem(c: WebContext, error: StoreError): Response {
  if (error.kind === "conflict") {
    return problem(c, 409, "conflict", "It is there already, or something else stands in the way.");
  }
  const retryAfterSeconds = error.kind === "busy" ? 2 : 30;
  const message = `The records cannot be written now, so nothing was done; try again in ${retryAfterSeconds} s.`;
  return problem(c, 503, `store-${error.kind}`, message, { retryAfterSeconds });
}

export type Body<T> =
  | { readonly type: "body"; readonly value: T }
  | { readonly type: "problem"; readonly response: Response };

/** The request's body as the schema wants it, or an answer with everything that is wrong with it. */
export async function readBody<TSchema extends v.GenericSchema>(
  c: WebContext,
  schema: TSchema,
): Promise<Body<v.InferOutput<TSchema>>> {
  let json: unknown;
  try {
    json = await c.req.json();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {
      type: "problem",
      response: problem(c, 400, "invalid", "The body is no JSON."),
    };
  }
  return checked(c, schema, json);
}

/** The same of a query, whose values are all text. */
export function readQuery<TSchema extends v.GenericSchema>(
  c: WebContext,
  schema: TSchema,
): Body<v.InferOutput<TSchema>> {
  return checked(c, schema, c.req.query());
}

function checked<TSchema extends v.GenericSchema>(
  c: WebContext,
  schema: TSchema,
  input: unknown,
): Body<v.InferOutput<TSchema>> {
  const result = v.safeParse(schema, input);
  if (result.success) return { type: "body", value: result.output };
  const problems = result.issues.map((issue) => {
    const path = v.getDotPath(issue);
    return path === null ? issue.message : `${path}: ${issue.message}`;
  });
  const message = problems.slice(0, 8).join("; ");
  return { type: "problem", response: problem(c, 400, "invalid", message) };
}
