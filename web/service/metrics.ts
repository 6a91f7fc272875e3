import type { OpenRequest } from "../domain/entities.ts";

/** What the service counts. Labels are closed lists, so a client cannot create new ones. */
export interface Metrics {
  /** a request has ended, or a late event of the box has changed its outcome */
  requestEnded(state: OpenRequest["state"], reason: OpenRequest["reason"]): void;
  /** from the arrival of the request to the start of the pulse, including the way back of the event */
  tapToPulse(ms: number): void;
  signIn(
    method: "passkey" | "invitation" | "oidc" | "guest",
    outcome: "accepted" | "refused",
  ): void;
  /** an error response, by the `error` of its Problem */
  problem(error: string): void;
  streams(count: number): void;
  listening(isListening: boolean): void;
  /** the response to GET /metrics */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}
