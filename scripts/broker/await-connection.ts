import type { MqttClient } from "mqtt";
import { UserError } from "../command-line/user-error.ts";
import { connectionProblem } from "../provision/mqtt-connection.ts";

/**
 * Waits for the first connection of a client. Later errors are ignored, because "close" follows each.
 * @param broker its address, for the error
 * @throws UserError when the first try fails; the client is at its end then
 */
export async function awaitConnection(client: MqttClient, broker: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      client.once("connect", () => resolve());
      client.on("error", reject);
      client.once("close", () => reject(new Error("the broker closed the connection")));
    });
  } catch (error) {
    client.end(true);
    throw new UserError(
      `no connection to ${broker} (${connectionProblem(error)}): is the broker running, and are these its credentials?`,
      { cause: error },
    );
  }
}
