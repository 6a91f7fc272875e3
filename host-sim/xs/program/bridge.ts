import { type Calls, decodeAnswer, encodeMessage } from "../protocol.ts";

/** xsnap's own: hands a message to the host and stands still until it is answered. */
declare function issueCommand(message: ArrayBuffer): ArrayBuffer;

/** Asks the hardware on Node, and has its answer. */
export function call<N extends keyof Calls>(
  name: N,
  ...values: Parameters<Calls[N]>
): ReturnType<Calls[N]> {
  const answer = issueCommand(encodeMessage(name, values).buffer as ArrayBuffer);
  return decodeAnswer(new Uint8Array(answer)) as ReturnType<Calls[N]>;
}
