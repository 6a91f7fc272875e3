import type { Instant, SocketError } from "../hal.ts";
import type { ConnectionState } from "./connection.ts";

/** What the agent drives: a box, or before it a claimer. What happens goes in, what to do comes out. */
export interface StateMachine<Effect> {
  readonly connectionState: ConnectionState;
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
  /** What came in last has been handled whole, as far as {@link hasMore} says, before more comes. */
  handleBytes(bytes: Uint8Array, now: Instant): Effect[];
  /** whether {@link handleMore} has something to do now, once the last effects are carried out */
  readonly hasMore: boolean;
  handleMore(now: Instant): Effect[];
  handleTimeout(now: Instant): Effect[];
}
