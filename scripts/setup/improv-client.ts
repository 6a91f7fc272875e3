import { improvCommand } from "../../device/core/improv.ts";
import {
  encodePacket,
  ImprovDecoder,
  improvType,
  readCommand,
  readTexts,
} from "../../device/core/improv-packet.ts";

/** A network that the board sees. */
export interface SeenNetwork {
  readonly SSID: string;
  /** dBm, negative */
  readonly RSSI: number;
  readonly isSecured: boolean;
}

/** What the firmware says of itself: untrusted text. */
export interface ImprovInfo {
  readonly firmware: string;
  readonly version: string;
  readonly chip: string;
  readonly name: string;
}

/** The answer to one command: its results, the standard's error code, or nothing in time. */
export type ImprovAnswer =
  | { readonly type: "results"; readonly results: readonly (readonly string[])[] }
  | { readonly type: "error"; readonly code: number }
  | { readonly type: "silent" };

interface Waiting {
  readonly command: number;
  readonly isList: boolean;
  readonly results: (readonly string[])[];
  finish(answer: ImprovAnswer): void;
}

/**
 * A client of Improv Wi-Fi over a serial port (https://www.improv-wifi.com/serial) whose port is also
 * read by others: the standard's own client takes the port for itself, and would hide the firmware's
 * lines. One command at a time.
 */
export class ImprovClient {
  readonly #send: (bytes: Uint8Array) => Promise<void>;
  readonly #decoder = new ImprovDecoder();
  #waiting: Waiting | undefined;

  constructor(send: (bytes: Uint8Array) => Promise<void>) {
    this.#send = send;
  }

  /** All bytes that arrive, also text. */
  receive(bytes: Uint8Array): void {
    this.#decoder.receive(bytes);
    for (let input = this.#decoder.next(); input; input = this.#decoder.next()) {
      if (input.type === "packet") this.#handle(input.packetType, input.data);
    }
  }

  /** Nobody will answer any more. */
  cancel(): void {
    this.#waiting?.finish({ type: "silent" });
  }

  /** @returns undefined when nobody answers in time */
  async info(timeoutMs: number): Promise<ImprovInfo | undefined> {
    const answer = await this.#ask(improvCommand.requestInfo, [], timeoutMs);
    if (answer.type !== "results") return undefined;
    const [firmware = "", version = "", chip = "", name = ""] = answer.results[0] ?? [];
    return { firmware, version, chip, name };
  }

  /** @returns undefined when nobody answers in time; the strongest first */
  async scan(timeoutMs: number): Promise<readonly SeenNetwork[] | undefined> {
    const answer = await this.#ask(improvCommand.requestNetworks, [], timeoutMs, true);
    if (answer.type !== "results") return undefined;
    return answer.results
      .flatMap(([SSID, strength, secured]): SeenNetwork[] => {
        const RSSI = Number(strength);
        if (SSID === undefined || SSID === "" || !Number.isInteger(RSSI)) return [];
        return [{ SSID, RSSI, isSecured: secured !== "NO" }];
      })
      .sort((a, b) => b.RSSI - a.RSSI);
  }

  /** The board tries the network, and keeps it if it works. */
  join(SSID: string, password: string, timeoutMs: number): Promise<ImprovAnswer> {
    return this.#ask(improvCommand.sendWiFiSettings, [SSID, password], timeoutMs);
  }

  async #ask(
    command: number,
    texts: readonly string[],
    timeoutMs: number,
    isList = false,
  ): Promise<ImprovAnswer> {
    const parts = texts.map((text) => new TextEncoder().encode(text));
    const parameters = parts.flatMap((bytes) => [bytes.length, ...bytes]);
    const packet = encodePacket(
      improvType.command,
      Uint8Array.of(command, parameters.length, ...parameters),
    );
    const answer = new Promise<ImprovAnswer>((resolve) => {
      const timer = setTimeout(() => waiting.finish({ type: "silent" }), timeoutMs);
      const waiting: Waiting = {
        command,
        isList,
        results: [],
        finish: (outcome) => {
          clearTimeout(timer);
          if (this.#waiting === waiting) this.#waiting = undefined;
          resolve(outcome);
        },
      };
      this.#waiting?.finish({ type: "silent" });
      this.#waiting = waiting;
    });
    try {
      await this.#send(packet);
    } catch (error) {
      this.#waiting?.finish({ type: "silent" });
      throw error;
    }
    return answer;
  }

  #handle(type: number, data: Uint8Array): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const code = data[0] ?? 0;
    // 0 takes back an earlier error.
    if (type === improvType.errorState && code !== 0) waiting.finish({ type: "error", code });
    if (type !== improvType.result) return;
    const result = readCommand(data);
    if (result?.command !== waiting.command) return;
    const texts = (readTexts(result.parameters) ?? []).map((text) => text ?? "");
    if (waiting.isList && texts.length > 0) {
      waiting.results.push(texts);
      return;
    }
    if (!waiting.isList) waiting.results.push(texts);
    waiting.finish({ type: "results", results: waiting.results });
  }
}
