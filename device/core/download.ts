import { type Digest, firmwareSectorBytes } from "../hal.ts";
import type { UpdateDocument, UpdateManifest, UpdateReason } from "../messages/update.ts";
import { blockBytes, readBlock, writeBlockRequest } from "../messages/update-blocks.ts";
import { getStreamTopic, type UpdateTopics } from "../messages/update-topics.ts";
import type { ClientTokens } from "./client-tokens.ts";
import type { SlotOperation } from "./slot-operation.ts";

export interface DownloadOptions {
  readonly topics: UpdateTopics;
  readonly tokens: ClientTokens;
  readonly document: UpdateDocument;
  readonly manifest: UpdateManifest;
  /** how much is in the slot from before a restart: whole sectors, or all; it is not trusted */
  readonly at: number;
  /** SHA-256 */
  readonly makeDigest: () => Digest;
  /** the chip's number in the header of an image; undefined: it is not looked at */
  readonly imageId?: number | undefined;
}

export type DownloadEffect =
  | { readonly type: "publish"; readonly topic: string; readonly payload: Uint8Array }
  | { readonly type: "failed"; readonly reason: UpdateReason };

type Phase =
  /** the bootloader must not start what is in the slot while it is replaced */
  | { readonly type: "forget" }
  | { readonly type: "wait" }
  | { readonly type: "erase"; readonly bytes: Uint8Array }
  | { readonly type: "write"; readonly bytes: Uint8Array }
  | { readonly type: "verify"; readonly digest: Digest; readonly at: number }
  | { readonly type: "verified" };

/** A block that does not come is asked for again, after twice as long each time. */
const blockTimeoutMs = 10_000;
const longestTimeoutMs = 5 * 60_000;
/** For one block on one connection: half an hour without an answer, two minutes with wrong ones. */
const blockAttempts = 10;
const writeAttempts = 3;

/**
 * Brings one firmware from its stream into the other slot: block by block, each erased and written
 * before the next one is asked for. Then the whole is read back from the flash and hashed. It asks for
 * one operation at a time; the caller decides when.
 */
export class Download {
  readonly #options: DownloadOptions;
  #at: number;
  #phase: Phase = { type: "forget" };
  #isConnected = false;
  #attempts = 0;
  #retryAt = 0;
  #writeFailures = 0;
  /** some of the firmware is from before a restart */
  #isResumed: boolean;

  constructor(options: DownloadOptions) {
    this.#options = options;
    const { at, manifest } = options;
    const isPossible = at === manifest.size || (at < manifest.size && at % blockBytes === 0);
    this.#at = isPossible ? at : 0;
    this.#isResumed = this.#at > 0;
  }

  /** How many bytes are in the slot. */
  get at(): number {
    return this.#at;
  }

  get size(): number {
    return this.#options.manifest.size;
  }

  /** The whole firmware is in the slot, and is what was signed. */
  get isVerified(): boolean {
    return this.#phase.type === "verified";
  }

  /** When {@link handleTimeout} must be called, in ticks. */
  get deadline(): number | undefined {
    return this.#isConnected && this.#phase.type === "wait" ? this.#retryAt : undefined;
  }

  /** What is to be done to the slot next; then {@link done} or {@link failed}. */
  get operation(): SlotOperation | undefined {
    const phase = this.#phase;
    switch (phase.type) {
      case "forget":
        return { type: "forget-other" };
      case "erase":
        return { type: "erase", offset: this.#at, length: firmwareSectorBytes };
      case "write":
        return { type: "write", offset: this.#at, bytes: phase.bytes };
      case "verify": {
        const count = Math.min(blockBytes, this.size - phase.at);
        return { type: "read", offset: phase.at, count };
      }
      default:
        return undefined;
    }
  }

  connected(now: number): DownloadEffect[] {
    this.#isConnected = true;
    this.#attempts = 0;
    return this.#request(now);
  }

  disconnected(): void {
    this.#isConnected = false;
  }

  handleTimeout(now: number): DownloadEffect[] {
    return now >= (this.deadline ?? Number.POSITIVE_INFINITY) ? this.#request(now) : [];
  }

  /** A message from the stream. One that was not asked for is ignored. */
  handleData(stream: string, message: Uint8Array, now: number): DownloadEffect[] {
    const { document } = this.#options;
    if (this.#phase.type !== "wait" || stream !== document.stream) return [];
    const block = readBlock(message);
    // A repeated request has repeated answers.
    const isOld = block !== undefined && block.block * blockBytes < this.#at;
    if (isOld || (block !== undefined && block.file !== document.file)) return [];
    const length = Math.min(blockBytes, this.size - this.#at);
    const isWanted = block !== undefined && block.block * blockBytes === this.#at;
    if (!isWanted || block.bytes.length !== length) return this.#retrySoon(now);
    if (this.#at === 0 && this.#isForAnotherChip(block.bytes)) {
      return [{ type: "failed", reason: "chip" }];
    }
    // The message's buffer is used again.
    this.#phase = { type: "erase", bytes: block.bytes.slice() };
    return [];
  }

  /** The stream has refused a request. */
  handleRefusal(stream: string, now: number): DownloadEffect[] {
    const isOurs = this.#phase.type === "wait" && stream === this.#options.document.stream;
    return isOurs ? this.#retrySoon(now) : [];
  }

  /**
   * The {@link operation} has been carried out.
   * @param bytes what was read
   */
  done(bytes: Uint8Array | undefined, now: number): DownloadEffect[] {
    const phase = this.#phase;
    switch (phase.type) {
      case "erase":
        this.#phase = { type: "write", bytes: phase.bytes };
        return [];
      case "write":
        this.#at += phase.bytes.length;
        this.#writeFailures = 0;
        return this.#continue(now);
      case "verify":
        return this.#hash(phase.digest, phase.at, bytes ?? nothing, now);
      case "forget":
        return this.#continue(now);
      default:
        return [];
    }
  }

  /** The {@link operation} has failed. */
  failed(now: number): DownloadEffect[] {
    const phase = this.#phase;
    // Nothing to forget: the slot has never been started.
    if (phase.type === "forget") return this.#continue(now);
    this.#writeFailures += 1;
    if (this.#writeFailures >= writeAttempts) return [{ type: "failed", reason: "write" }];
    if (phase.type === "write") this.#phase = { type: "erase", bytes: phase.bytes };
    return [];
  }

  /** The bootloader would refuse it too, and say no more than that it cannot be started. */
  #isForAnotherChip(header: Uint8Array): boolean {
    const { imageId } = this.#options;
    const [low = 0, high = 0] = header.subarray(imageIdAt, imageIdAt + 2);
    return imageId !== undefined && imageId !== low + 256 * high;
  }

  #continue(now: number): DownloadEffect[] {
    if (this.#at === this.size) {
      this.#phase = { type: "verify", digest: this.#options.makeDigest(), at: 0 };
      return [];
    }
    this.#phase = { type: "wait" };
    this.#attempts = 0;
    return this.#request(now);
  }

  #hash(digest: Digest, at: number, bytes: Uint8Array, now: number): DownloadEffect[] {
    digest.write(bytes);
    const read = at + bytes.length;
    this.#phase = { type: "verify", digest, at: read };
    if (read < this.size) return [];
    if (hexOf(digest.end()) === this.#options.manifest.sha256) {
      this.#phase = { type: "verified" };
      return [];
    }
    if (!this.#isResumed) return [{ type: "failed", reason: "hash" }];
    // What is from before the restart may have been replaced, for example over the serial port.
    this.#isResumed = false;
    this.#at = 0;
    return this.#continue(now);
  }

  #request(now: number): DownloadEffect[] {
    if (!this.#isConnected || this.#phase.type !== "wait") return [];
    if (this.#attempts >= blockAttempts) return [{ type: "failed", reason: "block" }];
    const { topics, tokens, document } = this.#options;
    this.#retryAt = now + this.#pauseMs;
    this.#attempts += 1;
    const block = Math.floor(this.#at / blockBytes);
    const { stream, file } = document;
    const payload = writeBlockRequest({ clientToken: tokens.next(), file, block });
    return [{ type: "publish", topic: getStreamTopic(topics, stream), payload }];
  }

  /** After a wrong answer, there is no use in waiting long for the right one. */
  #retrySoon(now: number): DownloadEffect[] {
    this.#retryAt = Math.min(this.#retryAt, now + blockTimeoutMs);
    return [];
  }

  get #pauseMs(): number {
    return Math.min(longestTimeoutMs, blockTimeoutMs * 2 ** this.#attempts);
  }
}

/** `chip_id` of `esp_image_header_t` (ESP-IDF 6.0, esp_app_format.h), two bytes */
const imageIdAt = 12;

const nothing = new Uint8Array(0);

function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (byte + 0x100).toString(16).slice(1);
  return text;
}
