import { isSSID, isWiFiNetwork } from "../../device/config.ts";
import { improvError } from "../../device/core/improv.ts";
import type { WiFiNetwork } from "../../device/hal.ts";
import type { BoardLink } from "./board-link.ts";
import { SetupError } from "./failure.ts";
import type { SeenNetwork } from "./improv-client.ts";

const askMs = 1_000;
const asksAfterReset = 8;
const scanMs = 25_000;
/** The board itself gives up after 30 s. */
const joinMs = 65_000;

/**
 * Makes the firmware listen to Improv. A box that is connected stops listening after two minutes, and
 * listens again after a restart.
 * @throws SetupError; PortError
 */
async function requireImprov(link: BoardLink): Promise<void> {
  await link.open();
  if ((await link.improv.info(askMs)) !== undefined) return;
  await link.reset();
  for (let i = 0; i < asksAfterReset; i++) {
    if ((await link.improv.info(askMs)) !== undefined) return;
  }
  throw new SetupError(
    "the firmware on the board does not answer",
    link.hasControlLines
      ? "press EN on the board and try again; if that does not help, write the firmware again"
      : "press EN on the board, and try again",
  );
}

/** @returns the networks that the board sees, the strongest first */
export async function scanNetworks(link: BoardLink): Promise<readonly SeenNetwork[]> {
  await requireImprov(link);
  const found = await link.improv.scan(scanMs);
  if (found !== undefined) return found;
  throw new SetupError("the board did not say which networks it sees", "look again");
}

/**
 * Lets the board try a network.
 * @param seen what it saw before; empty if it did not look
 * @throws SetupError with the input that is probably wrong; PortError
 */
export async function joinNetwork(
  link: BoardLink,
  SSID: string,
  password: string,
  seen: readonly SeenNetwork[],
): Promise<WiFiNetwork> {
  const network = checkNetwork(SSID, password);
  const known = seen.find((each) => each.SSID === SSID);
  if (known?.isSecured === true && password === "") {
    throw new SetupError(`the network ${SSID} wants a password`, "write it", "password");
  }
  await requireImprov(link);
  const answer = await link.improv.join(SSID, password, joinMs);
  if (answer.type === "results") return network;
  if (answer.type === "silent") {
    throw new SetupError("the board did not answer in time", "try again");
  }
  if (answer.code !== improvError.unableToConnect) {
    throw new SetupError(`the board refused (error ${answer.code})`, "try again in a few seconds");
  }
  if (known === undefined) {
    throw new SetupError(
      `the board could not join ${SSID}, which it did not see before`,
      "check the name, letter by letter. An ESP32 joins 2.4 GHz networks only",
      "SSID",
    );
  }
  throw new SetupError(
    `the board sees ${SSID}, but could not join it`,
    "the password is probably wrong: write it again. A network with WPA3 alone or with user names does not work either",
    "password",
  );
}

/** @throws SetupError */
function checkNetwork(SSID: string, password: string): WiFiNetwork {
  if (!isSSID(SSID)) {
    throw new SetupError(
      SSID === "" ? "no network is chosen" : "that cannot be the name of a network",
      "choose one, or write its name: 1–32 bytes in UTF-8",
      "SSID",
    );
  }
  const network: WiFiNetwork = password === "" ? { SSID } : { SSID, password };
  if (isWiFiNetwork(network)) return network;
  throw new SetupError(
    "that cannot be the password of a network",
    "write 8–63 ASCII characters, or its key of 64 hexadecimal digits",
    "password",
  );
}
