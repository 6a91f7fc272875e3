import type { MqttClient } from "mqtt";
import { parseJson } from "../../device/messages/json.ts";
import { isStatusReport, readStatus, type StatusReport } from "../../device/messages/status.ts";
import { topicsOf } from "../../device/messages/topics.ts";
import { UserError } from "../command-line/user-error.ts";
import { connectionProblem } from "../provision/mqtt-connection.ts";
import type { DiscoveryMessage } from "./discovery.ts";

/**
 * Waits for the box's status. A broker delivers the retained one at once.
 * @throws UserError when none comes in time, or the box is offline, so that its status says too little
 */
export async function hearStatus(
  client: MqttClient,
  { prefix, thing }: { readonly prefix: string; readonly thing: string },
  timeoutMs: number,
): Promise<StatusReport> {
  const topic = topicsOf(prefix, thing).status;
  let isOffline = false;
  const report = await new Promise<StatusReport | undefined>((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    client.on("message", (from, payload) => {
      const status = from === topic ? readStatus(parseJson(payload.toString())) : undefined;
      if (status === undefined) return;
      isOffline = !isStatusReport(status);
      if (!isStatusReport(status)) return;
      clearTimeout(timer);
      resolve(status);
    });
    client.subscribe(topic, { qos: 1 }, (error, granted) => {
      const isRefused = granted?.some(({ qos }) => qos >= 128) === true;
      if (error === null && !isRefused) return;
      clearTimeout(timer);
      const reason = error === null ? "not allowed" : connectionProblem(error);
      reject(new UserError(`the broker refused the subscription to ${topic} (${reason})`));
    });
  });
  if (report !== undefined) return report;
  throw new UserError(
    isOffline
      ? `${thing} is offline, and its last message does not say what it has: start it, and run this again`
      : `no status of ${thing} came within ${timeoutMs / 1000} s on ${topic}: is it online, and does this broker get the messages of the box?`,
  );
}

/**
 * Retained, so that Home Assistant gets it after each of its starts. An empty payload removes the device.
 * @throws UserError when the broker does not accept it
 */
export async function publishDiscovery(
  client: MqttClient,
  { topic, payload }: DiscoveryMessage,
): Promise<void> {
  try {
    await client.publishAsync(topic, payload, { qos: 1, retain: true });
  } catch (error) {
    throw new UserError(
      `the broker did not accept the message to ${topic} (${connectionProblem(error)}): may this user publish there?`,
      { cause: error },
    );
  }
}
