/** Why a claim failed, and who must act. */
export interface ClaimError {
  readonly who: "peer" | "transport" | "person";
  readonly reason: ClaimFailure;
  readonly detail: string;
}

export type ClaimFailure =
  /** AWS IoT Core refused, and why */
  | "rejected"
  /** the claim certificate, or its policy */
  | "not-authorized"
  | "no-answer"
  | "protocol"
  /** an answer that cannot be read, or does not match the request */
  | "answer"
  /** the image contains no certificate request */
  | "no-request"
  | "connection";
