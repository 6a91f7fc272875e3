import type { Instant, SocketError } from "../hal.ts";
import type { ConnectionState } from "./connection.ts";
import type { PublishPacket } from "./mqtt/codec.ts";

/**
 * What the agent drives: a box, or a claimer before it. Inputs go in with the time, effects come out.
 * The optional members belong to a machine with a gate, and to its effects.
 */
export interface StateMachine<Effect> {
  /** what it connects with: the claim's certificate, or the box's own */
  readonly certificate: "claim" | "own";
  readonly connectionState: ConnectionState;
  /** see {@link Connection.refusals}; absent if a refusal does not end the machine */
  readonly refusals?: number;
  /** the next time, in ticks, at which {@link handleTimeout} has something to do */
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
  /** whether {@link handleMore} has something to do now, once the last effects are carried out */
  readonly hasMore: boolean;
  handleMore(now: Instant): Effect[];
  handleTimeout(now: Instant): Effect[];
  /** The agent has carried out `write` 1: the pin is HIGH. */
  rose?(now: Instant): Effect[];
  /** The agent has carried out `write` 0: the pin is LOW. */
  fell?(now: Instant): Effect[];
  /** The cap ended a pulse: the pin is LOW already. */
  capped?(now: Instant): Effect[];
  /** The agent has come to the effect `acknowledge`: what the message asked for is done. */
  acknowledge?(packet: PublishPacket, now: Instant): Effect[];
}
