import { type Calls, decodeAnswer, encodeMessage } from "../protocol.ts";

/** Provided by xsnap: sends a message to the host and blocks until it is answered. */
declare function issueCommand(message: ArrayBuffer): ArrayBuffer;

/** Calls the hardware on Node, and returns its answer. */
export function call<N extends keyof Calls>(
  name: N,
  ...values: Parameters<Calls[N]>
): ReturnType<Calls[N]> {
  const answer = issueCommand(encodeMessage(name, values).buffer as ArrayBuffer);
  return decodeAnswer(new Uint8Array(answer)) as ReturnType<Calls[N]>;
}
