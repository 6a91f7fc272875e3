import type { Broker } from "../../broker/options.ts";
import type { Credentials } from "../../firmware/credentials.ts";

/** What a box needs to connect. The private key is in the memory of this process only. */
export interface Obtained {
  readonly credentials: Credentials;
  /** for the box's settings */
  readonly endpoint: string;
  readonly port: number;
  readonly alpn: boolean;
  /** where from, in a few words */
  readonly source: string;
  /**
   * for sending the first `open`, as `boom-box open` does
   * @throws UserError when there is no certificate for that
   */
  openerBroker(): Promise<Broker>;
}

/** Says what has been done, in one line. */
export type OnProgress = (line: string) => void;
