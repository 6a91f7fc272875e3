import { randomUUID } from "node:crypto";
import { serviceClientIdPrefix } from "../../device/messages/topics.ts";
import { UserError } from "../command-line/user-error.ts";
import { type ConnectionOptions, connectionProblem, openConnection } from "./mqtt-connection.ts";
import { type Subject, topicToHear } from "./subject.ts";

export interface ProofOptions extends Omit<ConnectionOptions, "clientId"> {
  /** the waits between attempts, in ms */
  readonly waitsMs?: readonly number[];
  readonly sleep?: (ms: number) => Promise<void>;
  /** called after each failed attempt that will be repeated */
  readonly onRetry?: (reason: string) => void;
}

/** AWS may need some seconds until a certificate's activation takes effect everywhere. */
const waitsMs = [1_000, 2_000, 4_000, 8_000];

/**
 * Connects once like the box (or the service): mutual TLS, MQTT CONNECT, SUBSCRIBE, DISCONNECT. It
 * repeats a failed attempt a few times.
 * @throws UserError with the reason of the last attempt when all failed
 */
export async function proveConnection(subject: Subject, options: ProofOptions): Promise<void> {
  const sleep = options.sleep ?? ((ms: number) => new Promise((done) => setTimeout(done, ms)));
  const waits = options.waitsMs ?? waitsMs;
  for (const wait of [...waits, undefined]) {
    const problem = await tryOnce(subject, options);
    if (problem === undefined) return;
    if (wait === undefined) {
      throw new UserError(
        `provisioning is complete except for the connection to ${options.endpoint}:${options.port}, which failed (${problem}): ${remedyFor(problem)}; then run the same command again`,
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
    // AWS closes the connection of a client that it does not admit, or that requests a denied topic.
    client.on("close", () =>
      resolve(`the broker closed the connection${isConnected ? " after SUBSCRIBE" : ""}`),
    );
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
    return "check that this network allows outgoing MQTT (TCP 8883, or --mqtt-port 443)";
  }
  if (/certificate|issuer|self.signed|altname|expired/i.test(problem)) {
    return "check --ca, --mqtt-endpoint and this computer's clock, because the server's certificate is not trusted";
  }
  return "wait a minute until AWS has activated the certificate, and check its policy";
}
