import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as v from "valibot";
import type { Problem, RequestView } from "../api.ts";
import type { StoreError } from "../store/store.ts";
import type { ServiceWords } from "../words/shape.ts";
import type { WebContext } from "./context.ts";
import { languageOf, said, wordsFor } from "./language.ts";

export interface ProblemExtras {
  readonly request?: RequestView;
  readonly retryAfterSeconds?: number;
}

/** An error response: `error` is a code for programs, `message` a sentence for people. */
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
  return problem(c, 401, "not-signed-in", wordsFor(c).problems.signInFirst);
}

export function notFound(
  c: WebContext,
  what: keyof ServiceWords["problems"]["missing"],
  extras?: ProblemExtras,
): Response {
  return problem(c, 404, "not-found", wordsFor(c).problems.missing[what], extras);
}

/** Access that would never open anything. */
export function endsInPast(c: WebContext): Response {
  return problem(c, 400, "invalid", `endsAt: ${wordsFor(c).field.past}`);
}

export function tooMany(c: WebContext, waitMs: number): Response {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return problem(c, 429, "rate-limited", wordsFor(c).problems.tooManyAttempts(seconds), {
    retryAfterSeconds: seconds,
  });
}

/** When the database cannot save a change, nothing is done. */
export function storeProblem(c: WebContext, error: StoreError): Response {
  if (error.kind === "conflict") {
    return problem(c, 409, "conflict", wordsFor(c).problems.conflict);
  }
  const retryAfterSeconds = error.kind === "busy" ? 2 : 30;
  return problem(
    c,
    503,
    `store-${error.kind}`,
    wordsFor(c).problems.cannotSave(retryAfterSeconds),
    {
      retryAfterSeconds,
    },
  );
}

export type Body<T> =
  | { readonly type: "body"; readonly value: T }
  | { readonly type: "problem"; readonly response: Response };

/**
 * The request's body, parsed by the schema, or a response that lists everything that is wrong with
 * it.
 */
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
      response: problem(c, 400, "invalid", wordsFor(c).problems.notJson),
    };
  }
  return checked(c, schema, json);
}

/** The same for the query, whose values are all text. */
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
  const result = v.safeParse(schema, input, { message: defaultMessage, lang: languageOf(c) });
  if (result.success) return { type: "body", value: result.output };
  const problems = result.issues.map((issue) => {
    const path = v.getDotPath(issue);
    return path === null ? issue.message : `${path}: ${issue.message}`;
  });
  const message = problems.slice(0, 8).join("; ");
  return { type: "problem", response: problem(c, 400, "invalid", message) };
}

/** For an issue whose schema has no message of its own. */
const defaultMessage = (issue: v.BaseIssue<unknown>): string =>
  said((field) => {
    if (issue.expected === "never") return field.unexpected;
    return issue.received === "undefined" ? field.required : field.invalid;
  })(issue);
