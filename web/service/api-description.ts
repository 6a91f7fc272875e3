import { wordsIn } from "../words/service.ts";
import { programs } from "../words/untranslated.ts";

/**
 * The API for programs, as OpenAPI 3.1. The tests send each documented request and check every answer
 * against these schemas.
 */
export function apiDescription(origin: string) {
  return {
    openapi: "3.1.1",
    info: {
      title: wordsIn.en.page.title,
      version: "1",
      description: programs.description,
    },
    servers: [{ url: `${origin}/api/v1` }],
    security: [{ token: [] }],
    paths: {
      "/gates/{gate}/open": {
        post: {
          operationId: "openGate",
          summary: programs.open,
          description: programs.openDetails,
          parameters: [
            { name: "gate", in: "path", required: true, schema: { type: "string" } },
            {
              name: "Idempotency-Key",
              in: "header",
              required: true,
              description: programs.idempotencyKey,
              schema: { type: "string", minLength: 1, maxLength: 64 },
            },
            {
              name: "Prefer",
              in: "header",
              description: programs.prefer,
              schema: { type: "string", examples: ["wait=10"] },
            },
          ],
          responses: {
            "200": answerOf(programs.ended, "Request"),
            "202": answerOf(programs.underWay, "Request"),
            "400": answerOf(programs.invalid, "Problem"),
            "401": answerOf(programs.noToken, "Problem"),
            "403": answerOf(programs.denied, "Problem"),
            "429": answerOf(programs.tooMany, "Problem"),
            "503": answerOf(programs.notSent, "Problem"),
          },
        },
      },
      "/requests/{id}": {
        get: {
          operationId: "getRequest",
          summary: programs.outcome,
          parameters: [
            {
              name: "id",
              in: "path",
              required: true,
              schema: { type: "string", format: "uuid" },
            },
          ],
          responses: {
            "200": answerOf(programs.asItIs, "Request"),
            "401": answerOf(programs.noToken, "Problem"),
            "404": answerOf(programs.notTheirs, "Problem"),
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
    at: { type: "integer", description: programs.time },
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
