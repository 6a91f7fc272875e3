import { setTimeout as sleep } from "node:timers/promises";
import { type Chip, chipNames, chips } from "../../device/chips/table.ts";
import type { SerialRecord } from "../../host-sim/esp32/serial-line.ts";
import { wrongChip } from "../flash/chip-problem.ts";
import { PortError } from "../serial/board-port.ts";
import type { ChosenPort } from "../serial/choose-port.ts";
import { BoardLink } from "./board-link.ts";
import { partsOf, SetupError } from "./failure.ts";
import { identify } from "./identify.ts";
import type { BoardFacts, BoardView } from "./view.ts";

const retryMs = 500;

export interface ConnectionListener {
  onRecord(record: SerialRecord): void;
  onChanged(): void;
}

/** The board that is connected, and what is on it. It comes back after its cable was pulled. */
export class BoardConnection {
  readonly #listener: ConnectionListener;
  #chosen: ChosenPort | undefined;
  #link: BoardLink | undefined;
  #facts: BoardFacts | null = null;
  #cable: BoardView["cable"] = "none";
  #hasNothingToStart = false;
  #waiting = new AbortController();

  constructor(listener: ConnectionListener) {
    this.#listener = listener;
  }

  get facts(): BoardFacts | null {
    return this.#facts;
  }

  get cable(): BoardView["cable"] {
    return this.#cable;
  }

  get portName(): string | null {
    return this.#link?.name ?? null;
  }

  /** How a box on this board reaches this machine, if the board is emulated. */
  get emulated(): ChosenPort["emulated"] {
    return this.#chosen?.emulated;
  }

  /** @throws SetupError when there is no board, or its cable is pulled */
  get link(): BoardLink {
    if (this.#link === undefined) throw new SetupError("no board is connected", "choose its port");
    return this.#link;
  }

  /**
   * Replaces the port in use.
   * @param wanted what the firmware is for, if there is one to write
   * @throws SetupError; PortError
   */
  async use(
    chosen: ChosenPort,
    wanted: Chip | undefined,
    signal: AbortSignal,
  ): Promise<BoardFacts> {
    const { name, port, hasControlLines } = chosen;
    await this.release();
    this.#chosen = chosen;
    const link = new BoardLink(name, port, hasControlLines, {
      onRecord: (record) => {
        this.#hasNothingToStart = false;
        this.#listener.onRecord(record);
      },
      onText: (line) => {
        // The chip restarts by itself again and again when it finds nothing.
        if (/^rst:0x1 /.test(line)) this.#hasNothingToStart = false;
        if (/invalid header|No bootable app/i.test(line)) this.#hasNothingToStart = true;
      },
      onLost: () => this.#handleLost(link),
    });
    this.#link = link;
    try {
      await link.open();
      this.#cable = "open";
      const facts = await identify(link, () => this.#hasNothingToStart, signal);
      this.#facts = requireChip(facts, wanted);
    } catch (error) {
      await this.release();
      throw error;
    }
    return this.#facts;
  }

  /** The firmware was written. */
  setFirmware(version: string): void {
    if (this.#facts !== null) this.#facts = { ...this.#facts, version };
  }

  /** Closes the port. */
  async release(): Promise<void> {
    this.#waiting.abort();
    const link = this.#link;
    this.#link = undefined;
    this.#facts = null;
    this.#cable = "none";
    const chosen = this.#chosen;
    this.#chosen = undefined;
    await link?.release();
    await chosen?.dispose();
  }

  #handleLost(link: BoardLink): void {
    if (this.#link !== link) return;
    this.#cable = "lost";
    this.#listener.onChanged();
    this.#waiting.abort();
    this.#waiting = new AbortController();
    void this.#awaitReturn(link, this.#waiting.signal);
  }

  async #awaitReturn(link: BoardLink, signal: AbortSignal): Promise<void> {
    while (this.#link === link) {
      await sleep(retryMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        await link.open();
        this.#cable = "open";
        this.#listener.onChanged();
        return;
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
      }
    }
  }
}

/**
 * A board that has a firmware may keep it.
 * @throws SetupError for a board that no firmware is for, or that has none and is not the wanted one
 */
function requireChip(facts: BoardFacts, wanted: Chip | undefined): BoardFacts {
  const { chip, version } = facts;
  const known = chipNames.some((name) => chips[name].title === chip);
  if (known && (version !== null || wanted === undefined || wanted.title === chip)) return facts;
  const { cause, wayOut } = partsOf(wrongChip(chip, wanted ?? chips.esp32));
  throw new SetupError(cause, wayOut);
}
