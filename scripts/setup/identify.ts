import { printable } from "../../host-sim/printable.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";
import { connectBoard } from "../flash/connect-board.ts";
import { consoleBaudRate } from "../serial/board-port.ts";
import type { BoardLink } from "./board-link.ts";
import { SetupError } from "./failure.ts";
import type { ImprovInfo } from "./improv-client.ts";
import type { BoardFacts } from "./view.ts";

const askMs = 500;
/** A board that runs answers at once. */
const firstAsks = 2;
/** After a reset, the firmware takes a few seconds. */
const asksAfterReset = 10;
const firmwareName = "Boom Box";

/**
 * Finds out what is on a board: asks the firmware, and else the chip's own loader. The board may be
 * restarted.
 * @param hasNothingToStart whether the chip has said so since its last reset
 * @throws SetupError when nobody answers; PortError
 */
export async function identify(
  link: BoardLink,
  hasNothingToStart: () => boolean,
  signal: AbortSignal,
): Promise<BoardFacts> {
  await link.open();
  const info = await ask(link, firstAsks, hasNothingToStart);
  if (info !== undefined) return factsOf(info.chip, info);
  const chip = await askLoader(link, signal);
  const later = await ask(link, asksAfterReset, hasNothingToStart);
  return factsOf(chip, later);
}

/** Asks the firmware until it answers. */
async function ask(
  link: BoardLink,
  times: number,
  isHopeless: () => boolean,
): Promise<ImprovInfo | undefined> {
  for (let i = 0; i < times && !isHopeless(); i++) {
    const info = await link.improv.info(askMs);
    if (info !== undefined) return info;
  }
  return undefined;
}

async function askLoader(link: BoardLink, signal: AbortSignal): Promise<string> {
  await link.prepareForLoader();
  const connection = await connectBoard({
    port: link.port,
    before: link.hasControlLines ? "reset" : "no-reset",
    stub: "never",
    baudRate: consoleBaudRate,
    signal,
  });
  if (connection.type !== "connected") {
    await link.reset().catch(() => {});
    throw new SetupError(
      "the board does not answer",
      link.hasControlLines
        ? "check that the cable carries data; then hold the board's BOOT button and try again, or choose another port"
        : "hold its BOOT button, press EN, and try again",
    );
  }
  const { loader } = connection;
  try {
    await loader.restart(link.hasControlLines);
    return loader.chipName;
  } catch (error) {
    if (signal.aborted || error instanceof UserError) throw error;
    throw new SetupError(
      `the board stopped answering as it should (${printable(messageOf(error))})`,
      "check cable and supply, press EN, and try again",
    );
  } finally {
    await loader.close();
  }
}

function factsOf(chip: string, info: ImprovInfo | undefined): BoardFacts {
  const isOurs = info?.firmware === firmwareName;
  const isNamed = isOurs && info.name !== firmwareName;
  return {
    chip: printable(chip),
    version: isOurs ? printable(info.version) : null,
    thing: isNamed ? printable(info.name) : null,
  };
}
