import { isSSID, isWiFiNetwork } from "../config.ts";
import type { FoundNetwork, WiFiNetwork } from "../hal.ts";
import { earliest } from "./earliest.ts";
import {
  encodePacket,
  encodeResult,
  ImprovDecoder,
  type ImprovInput,
  improvType,
  readCommand,
  readTexts,
} from "./improv-packet.ts";

export interface ImprovOptions {
  /** name of the firmware, its version, and the chip it runs on: for the person at the client */
  readonly firmware: string;
  readonly version: string;
  readonly chip: string;
  /** the thing's name */
  readonly deviceName: string;
  /** the page to open when the box is on a network; undefined if there is none */
  readonly nextUrl: string | undefined;
}

export type ImprovEffect =
  /** write these bytes to the serial port, as a whole: no other text in between */
  | { readonly type: "reply"; readonly bytes: Uint8Array }
  /** look for networks; then call {@link Improv.scanned} */
  | { readonly type: "scan" }
  /** join this network; then call {@link Improv.joined} or {@link Improv.joinFailed} */
  | { readonly type: "join"; readonly network: WiFiNetwork };

/** The standard's commands that a box knows. */
export const improvCommand = {
  sendWiFiSettings: 1,
  requestCurrentState: 2,
  requestInfo: 3,
  requestNetworks: 4,
  hostname: 5,
  deviceName: 6,
} as const;

/** `ready` to take a network, trying to join one, or on one. */
export const improvState = { ready: 2, provisioning: 3, provisioned: 4 } as const;

export const improvError = {
  none: 0,
  invalidPacket: 1,
  unknownCommand: 2,
  unableToConnect: 3,
  /** the standard has none for a box that is busy */
  unknown: 0xff,
} as const;

type ErrorCode = (typeof improvError)[keyof typeof improvError];

/** A client sends a packet in one piece: after this pause, the rest is lost. */
export const partialPacketMs = 1_000;
/** After this time, a join or scan that was not answered has failed. */
export const joinAnswerMs = 40_000;
export const scanAnswerMs = 20_000;

/** The strongest ones are shown. Each is a packet of its own. */
const maximumNetworks = 20;

/** What the box is doing for the client: one thing at a time, never queued. */
interface Work {
  readonly type: "join" | "scan";
  readonly endsAt: number;
}

/**
 * Improv Wi-Fi over a serial port (https://www.improv-wifi.com/serial): a client at the other end of
 * the USB cable asks who the box is and gives it a network. Bytes and time in, effects out. The port
 * also carries text: see {@link ImprovDecoder}.
 *
 * A command with a wrong checksum or wrong lengths is answered with "invalid RPC packet", as
 * ESPHome and the standard's own library do: a client that waits for an answer learns at once that
 * none will come. Other damaged packets are ignored, so that a port that repeats what the box says
 * causes no answers.
 *
 * A network that no box could join (see {@link isWiFiNetwork}) is answered with "unable to connect".
 * No password is ever part of an answer.
 */
export class Improv {
  readonly #options: ImprovOptions;
  readonly #decoder = new ImprovDecoder();
  #partialEndsAt: number | undefined;
  #work: Work | undefined;
  #isOnline = false;
  /** the last one sent */
  #error: ErrorCode = improvError.none;

  /** @throws RangeError if the texts of the options do not fit into one packet */
  constructor(options: ImprovOptions) {
    this.#options = options;
    this.#infoResult();
    this.#urlResult(improvCommand.requestCurrentState);
  }

  /** When {@link handleTimeout} must be called, in ticks. */
  get deadline(): number | undefined {
    return earliest([this.#partialEndsAt, this.#work?.endsAt]);
  }

  handleBytes(bytes: Uint8Array, now: number): ImprovEffect[] {
    const effects = this.handleTimeout(now);
    this.#decoder.receive(bytes);
    for (let input = this.#decoder.next(); input; input = this.#decoder.next()) {
      effects.push(...this.#handleInput(input, now));
    }
    if (!this.#decoder.isPartial) this.#partialEndsAt = undefined;
    else if (bytes.length > 0) this.#partialEndsAt = now + partialPacketMs;
    return effects;
  }

  handleTimeout(now: number): ImprovEffect[] {
    if (this.#partialEndsAt !== undefined && now >= this.#partialEndsAt) {
      this.#decoder.drop();
      this.#partialEndsAt = undefined;
    }
    const work = this.#work;
    if (work === undefined || now < work.endsAt) return [];
    return work.type === "join" ? this.joinFailed() : this.scanned([]);
  }

  /**
   * The answer to a scan; ignored if the client does not wait for one.
   * @param networks those whose SSID is text in UTF-8, in any order
   */
  scanned(networks: readonly FoundNetwork[]): ImprovEffect[] {
    if (!this.#finish("scan")) return [];
    const strongestFirst = networks
      // A hidden network has an empty SSID.
      .filter(({ SSID }) => isSSID(SSID))
      .sort((a, b) => b.RSSI - a.RSSI);
    const results = new Map<string, ImprovEffect>();
    for (const { SSID, RSSI, isSecured } of strongestFirst) {
      if (results.size === maximumNetworks) break;
      if (results.has(SSID)) continue;
      const texts = [SSID, String(RSSI), isSecured ? "YES" : "NO"];
      results.set(
        SSID,
        reply(improvType.result, encodeResult(improvCommand.requestNetworks, texts)),
      );
    }
    const end = reply(improvType.result, encodeResult(improvCommand.requestNetworks, []));
    return [...results.values(), end];
  }

  /** The box is on the network that it was given; ignored if no join is under way. */
  joined(): ImprovEffect[] {
    if (!this.#finish("join")) return [];
    this.#isOnline = true;
    return [this.#stateReply(), this.#urlResult(improvCommand.sendWiFiSettings)];
  }

  /** The box could not join the network that it was given; ignored if no join is under way. */
  joinFailed(): ImprovEffect[] {
    if (!this.#finish("join")) return [];
    this.#isOnline = false;
    return [this.#fail(improvError.unableToConnect), this.#stateReply()];
  }

  /**
   * Whether the box is on a network, for whatever reason. The client is told when it changes.
   * Ignored while a join is under way: its end says more.
   */
  setOnline(isOnline: boolean): ImprovEffect[] {
    if (this.#work?.type === "join" || isOnline === this.#isOnline) return [];
    this.#isOnline = isOnline;
    return [this.#stateReply()];
  }

  #handleInput(input: ImprovInput, now: number): ImprovEffect[] {
    if (input.packetType !== improvType.command) return [];
    const request = input.type === "packet" ? readCommand(input.data) : undefined;
    if (request === undefined) return [this.#fail(improvError.invalidPacket)];
    const { parameters } = request;
    switch (request.command) {
      case improvCommand.sendWiFiSettings:
        return this.#handleSettings(parameters, now);
      case improvCommand.requestCurrentState:
        return this.#isProvisioned
          ? [this.#stateReply(), this.#urlResult(improvCommand.requestCurrentState)]
          : [this.#stateReply()];
      case improvCommand.requestInfo:
        return [this.#infoResult()];
      case improvCommand.requestNetworks:
        if (this.#work !== undefined) return [this.#fail(improvError.unknown)];
        this.#work = { type: "scan", endsAt: now + scanAnswerMs };
        return [{ type: "scan" }];
      case improvCommand.hostname:
      case improvCommand.deviceName:
        // With a parameter, it would rename the box. Its name is its identity.
        if (parameters.length > 0) return [this.#fail(improvError.unknownCommand)];
        return [
          reply(improvType.result, encodeResult(request.command, [this.#options.deviceName])),
        ];
      default:
        return [this.#fail(improvError.unknownCommand)];
    }
  }

  #handleSettings(parameters: Uint8Array, now: number): ImprovEffect[] {
    const texts = readTexts(parameters);
    if (texts?.length !== 2) return [this.#fail(improvError.invalidPacket)];
    if (this.#work !== undefined) return [this.#fail(improvError.unknown)];
    const [SSID, password] = texts;
    // A password that is not text must not select an open network.
    const network: unknown = password === "" ? { SSID } : { SSID, password: password ?? null };
    if (!isWiFiNetwork(network)) return [this.#fail(improvError.unableToConnect)];
    this.#work = { type: "join", endsAt: now + joinAnswerMs };
    return [...this.#clearError(), this.#stateReply(), { type: "join", network }];
  }

  /** @returns whether that was under way */
  #finish(type: Work["type"]): boolean {
    if (this.#work?.type !== type) return false;
    this.#work = undefined;
    return true;
  }

  get #isProvisioned(): boolean {
    return this.#isOnline && this.#work?.type !== "join";
  }

  #stateReply(): ImprovEffect {
    const { ready, provisioning, provisioned } = improvState;
    const isJoining = this.#work?.type === "join";
    const state = isJoining ? provisioning : this.#isOnline ? provisioned : ready;
    return reply(improvType.currentState, Uint8Array.of(state));
  }

  #fail(error: ErrorCode): ImprovEffect {
    this.#error = error;
    return reply(improvType.errorState, Uint8Array.of(error));
  }

  /** A client shows the last error until it is told that there is none. */
  #clearError(): ImprovEffect[] {
    return this.#error === improvError.none ? [] : [this.#fail(improvError.none)];
  }

  #infoResult(): ImprovEffect {
    const { firmware, version, chip, deviceName } = this.#options;
    const texts = [firmware, version, chip, deviceName];
    return reply(improvType.result, encodeResult(improvCommand.requestInfo, texts));
  }

  /** A client waits for this result, even if there is no page. */
  #urlResult(answered: number): ImprovEffect {
    const { nextUrl } = this.#options;
    return reply(improvType.result, encodeResult(answered, nextUrl === undefined ? [] : [nextUrl]));
  }
}

const reply = (type: number, data: Uint8Array): ImprovEffect => ({
  type: "reply",
  bytes: encodePacket(type, data),
});
