import type { OpenRequest } from "../domain/entities.ts";

/** What the service counts. Labels are closed lists: nobody outside can make new ones. */
export interface Metrics {
  /** a request has come to its end, or to another one by a late word of the box */
  requestEnded(state: OpenRequest["state"], reason: OpenRequest["reason"]): void;
  /** from the request's coming in until the pulse began, as far as can be told from here */
  tapToPulse(ms: number): void;
  signIn(method: "passkey" | "invitation" | "oidc", outcome: "accepted" | "refused"): void;
  /** an answer that is an error, by the word of its Problem */
  problem(error: string): void;
  streams(count: number): void;
  listening(isListening: boolean): void;
  /** what GET /metrics answers */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}
