import type { Instant, SocketError } from "../hal.ts";
import type { ConnectionState } from "./connection.ts";
import type { PublishPacket } from "./mqtt/codec.ts";
import type { SlotOperation } from "./slot-operation.ts";

/**
 * What the agent drives: a box, or a claimer before it. Inputs and the time in, effects out. The
 * optional members belong to a machine with a gate, and to its effects.
 */
export interface StateMachine<Effect> {
  /** the identity it connects with: the claim's certificate, or the box's own */
  readonly certificate: "claim" | "own";
  readonly connectionState: ConnectionState;
  /** see {@link Connection.refusals}; absent if a refusal does not end the machine */
  readonly refusals?: number;
  /** see {@link Connection.firstTimeServer} */
  readonly firstTimeServer: number;
  /** the next time, in ticks, at which {@link handleTimeout} has work to do */
  readonly deadline: number | undefined;
  start(now: Instant): Effect[];
  /** Ends in the connection's state `stopped`. */
  stop(now: Instant): Effect[];
  networkUp(now: Instant): Effect[];
  networkDown(now: Instant): Effect[];
  timeSet(now: Instant): Effect[];
  timeFailed(now: Instant, detail: string): Effect[];
  socketOpen(now: Instant): Effect[];
  socketLost(now: Instant, reason: SocketError, detail?: string): Effect[];
  /** Called again only after {@link handleMore} has handled everything from the last call. */
  handleBytes(bytes: Uint8Array, now: Instant): Effect[];
  /** whether {@link handleMore} has work to do now, after the last effects have been carried out */
  readonly hasMore: boolean;
  handleMore(now: Instant): Effect[];
  handleTimeout(now: Instant): Effect[];
  /** The agent has carried out `write` 1: the pin is HIGH. @param gate the first is 0, as below */
  rose?(gate: number, now: Instant): Effect[];
  /** The agent has carried out `write` 0: the pin is LOW. */
  fell?(gate: number, now: Instant): Effect[];
  /** The cap ended a pulse: the pin is already LOW. */
  capped?(gate: number, now: Instant): Effect[];
  /** The level of the gate's input may have changed. */
  inputChanged?(gate: number, now: Instant): Effect[];
  /** The level of the box's button may have changed. */
  buttonChanged?(now: Instant): Effect[];
  /** The agent has carried out the effect `slots`. @param bytes what was read */
  operationDone?(operation: SlotOperation, bytes: Uint8Array | undefined, now: Instant): Effect[];
  /** The flash has refused it. */
  operationFailed?(operation: SlotOperation, now: Instant): Effect[];
  /** The agent has reached the effect `acknowledge`: the message has been acted on. */
  acknowledge?(packet: PublishPacket, now: Instant): Effect[];
}
