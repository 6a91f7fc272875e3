/** Why a claim came to nothing, and who can do something about it. */
export interface ClaimError {
  readonly who: "peer" | "transport" | "person";
  readonly reason: ClaimFailure;
  readonly detail: string;
}

export type ClaimFailure =
  /** AWS IoT Core said no, and why */
  | "rejected"
  /** the claim's own certificate, or its policy */
  | "not-authorized"
  | "no-answer"
  | "protocol"
  /** an answer that cannot be read, or is not what was asked for */
  | "answer"
  /** the image holds no request for a certificate */
  | "no-request"
  | "connection";
