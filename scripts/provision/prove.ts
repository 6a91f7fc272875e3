import { randomUUID } from "node:crypto";
import { serviceClientIdPrefix } from "../../device/messages/topics.ts";
import { UserError } from "../command-line/user-error.ts";
import { type ConnectionOptions, connectionProblem, openConnection } from "./mqtt-connection.ts";
import { type Subject, topicToHear } from "./subject.ts";

export interface ProofOptions extends Omit<ConnectionOptions, "clientId"> {
  /** ms; waits between tries are as long as this one's items say */
  readonly waitsMs?: readonly number[];
  readonly sleep?: (ms: number) => Promise<void>;
  /** told of a try that failed and will be repeated */
  readonly onRetry?: (reason: string) => void;
}

/** A certificate that was just made ACTIVE may take AWS some seconds to be known everywhere. */
const waitsMs = [1_000, 2_000, 4_000, 8_000];

/**
 * Connects once as the box (or the service) does, mutual TLS and MQTT CONNECT, subscribes to what it
 * has to hear, and says DISCONNECT. Tries again a few times.
 * @throws UserError when no try succeeded: why the last one did not
 */
export async function proveConnection(subject: Subject, options: ProofOptions): Promise<void> {
  const sleep = options.sleep ?? ((ms: number) => new Promise((done) => setTimeout(done, ms)));
  const waits = options.waitsMs ?? waitsMs;
  for (const wait of [...waits, undefined]) {
    const problem = await tryOnce(subject, options);
    if (problem === undefined) return;
    if (wait === undefined) {
      throw new UserError(
        `everything is made, but no connection to ${options.endpoint}:${options.port} held (${problem}): ${remedyFor(problem)}; then run the same command again`,
      );
    }
    options.onRetry?.(problem);
    await sleep(wait);
  }
}

/** @returns why it failed; undefined when the subscription was granted */
async function tryOnce(subject: Subject, options: ProofOptions): Promise<string | undefined> {
  const clientId =
    subject.type === "box" ? subject.name : `${serviceClientIdPrefix}${randomUUID()}`;
  const client = await openConnection({ ...options, clientId });
  let isConnected = false;
  const failed = new Promise<string>((resolve) => {
    client.on("error", (error) => resolve(connectionProblem(error)));
    // AWS hangs up on those it does not let in, and on those who ask for what they may not.
    client.on("close", () => resolve(isConnected ? "hung up on the subscription" : "hung up"));
  });
  const done = new Promise<undefined>((resolve, reject) => {
    client.on("connect", () => {
      isConnected = true;
      client
        .subscribeAsync(topicToHear(subject), { qos: 1 })
        .then(() => resolve(undefined), reject);
    });
  }).catch((error: unknown) => connectionProblem(error));
  const problem = await Promise.race([failed, done]);
  await client.endAsync(problem !== undefined);
  return problem;
}

function remedyFor(problem: string): string {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|timeout/i.test(problem)) {
    return "check that this network lets MQTT out (TCP 8883, or --mqtt-port 443)";
  }
  if (/certificate|issuer|self.signed|altname|expired/i.test(problem)) {
    return "the server's certificate is not trusted: check --ca, --mqtt-endpoint and this computer's clock";
  }
  return "the certificate may need longer to be known, or its policy does not allow it";
}
