import { words } from "../words/service.ts";

/**
 * The API for programs, as OpenAPI 3.1. The tests send each documented request and check every answer
 * against these schemas.
 */
export function apiDescription(origin: string) {
  return {
    openapi: "3.1.1",
    info: {
      title: words.page.title,
      version: "1",
      description: words.programs.description,
    },
    servers: [{ url: `${origin}/api/v1` }],
    security: [{ token: [] }],
    paths: {
      "/gates/{gate}/open": {
        post: {
          operationId: "openGate",
          summary: words.programs.open,
          description: words.programs.openDetails,
          parameters: [
            { name: "gate", in: "path", required: true, schema: { type: "string" } },
            {
              name: "Idempotency-Key",
              in: "header",
              required: true,
              description: words.programs.idempotencyKey,
              schema: { type: "string", minLength: 1, maxLength: 64 },
            },
            {
              name: "Prefer",
              in: "header",
              description: words.programs.prefer,
              schema: { type: "string", examples: ["wait=10"] },
            },
          ],
          responses: {
            "200": answerOf(words.programs.ended, "Request"),
            "202": answerOf(words.programs.underWay, "Request"),
            "400": answerOf(words.programs.invalid, "Problem"),
            "401": answerOf(words.programs.noToken, "Problem"),
            "403": answerOf(words.programs.denied, "Problem"),
            "429": answerOf(words.programs.tooMany, "Problem"),
            "503": answerOf(words.programs.notSent, "Problem"),
          },
        },
      },
      "/requests/{id}": {
        get: {
          operationId: "getRequest",
          summary: words.programs.outcome,
          parameters: [
            {
              name: "id",
              in: "path",
              required: true,
              schema: { type: "string", format: "uuid" },
            },
          ],
          responses: {
            "200": answerOf(words.programs.asItIs, "Request"),
            "401": answerOf(words.programs.noToken, "Problem"),
            "404": answerOf(words.programs.notTheirs, "Problem"),
          },
        },
      },
    },
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Request: requestSchema, Problem: problemSchema },
    },
  };
}

const requestSchema = {
  type: "object",
  required: ["id", "gate", "state", "reason", "at", "pulseMs"],
  additionalProperties: false,
  properties: {
    id: { type: "string", format: "uuid" },
    gate: { type: "string" },
    state: {
      type: "string",
      enum: ["recorded", "sent", "opened", "refused", "unanswered", "failed", "denied"],
    },
    reason: { type: ["string", "null"] },
    at: { type: "integer", description: words.programs.time },
    pulseMs: { type: ["integer", "null"] },
  },
} as const;

const problemSchema = {
  type: "object",
  required: ["error", "message"],
  additionalProperties: false,
  properties: {
    error: { type: "string" },
    message: { type: "string" },
    request: { $ref: "#/components/schemas/Request" },
  },
} as const;

function answerOf(description: string, schema: "Request" | "Problem") {
  const content = { schema: { $ref: `#/components/schemas/${schema}` } };
  return { description, content: { "application/json": content } };
}
