import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { type BootSlot, boot } from "../../host-sim/board/bootloader.ts";
import { BoardSlots } from "../../host-sim/board/firmware-slots.ts";
import { NorFlash, sectorBytes } from "../../host-sim/board/nor-flash.ts";
import { Sha256, updateVerifier } from "../../host-sim/hardware/update.ts";
import { signedManifest, type UpdateManifest, writeUpdateManifest } from "../messages/update.ts";
import { blockBytes, readBlockRequest, writeBlock } from "../messages/update-blocks.ts";
import { updateTopicsOf } from "../messages/update-topics.ts";
import { performOperation } from "../slot-operations.ts";
import { Updater } from "./update.ts";
import type { UpdateEffect, UpdateReport } from "./update-effect.ts";
import { readUtf8 } from "./utf8.ts";

export const topics = updateTopicsOf("aws", "gate", "gate-1");

const keyPair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const spki = keyPair.publicKey.export({ format: "der", type: "spki" });
export const publicKey = spki.subarray(-65).toString("hex");

/** An image that the bootloader starts, of a firmware with this version. */
export function firmwareImage(version: string, length: number): Uint8Array {
  const header = new Uint8Array(24);
  header.set([0xe9, 1]);
  header[23] = 1;
  const segment = new Uint8Array(8 + length);
  new DataView(segment.buffer).setUint32(4, length, true);
  for (let i = 8; i < segment.length; i++) segment[i] = (i * 31 + version.length) >> (i % 7);
  segment.set(Buffer.from(`version=${version};`), 8);
  const body = new Uint8Array((Math.floor((32 + length) / 16) + 1) * 16);
  body.set(header);
  body.set(segment, 24);
  return new Uint8Array(Buffer.concat([body, createHash("sha256").update(body).digest()]));
}

export function versionIn(image: Uint8Array): string {
  const text = Buffer.from(image.subarray(32, 64)).toString("latin1");
  return text.slice(text.indexOf("=") + 1, text.indexOf(";"));
}

export const slotBytes = 0x1e_0000;

/** A flash with otadata, two slots, and a firmware in the first one. */
export function flashWith(image: Uint8Array): NorFlash {
  const flash = new NorFlash();
  const view = new DataView(flash.bytes.buffer);
  const entries = [
    [1, 0, 0xe000, 0x2000],
    [0, 0x10, 0x2_0000, slotBytes],
    [0, 0x11, 0x21_0000, slotBytes],
  ] as const;
  for (const [index, [type, subtype, offset, length]] of entries.entries()) {
    const at = 0x8000 + 32 * index;
    flash.bytes.fill(0, at, at + 32);
    view.setUint16(at, 0x50aa, true);
    flash.bytes.set([type, subtype], at + 2);
    view.setUint32(at + 4, offset, true);
    view.setUint32(at + 8, length, true);
  }
  flash.bytes.set(image, 0x2_0000);
  return flash;
}

export function documentFor(image: Uint8Array, changes: Partial<UpdateManifest> = {}) {
  const text = writeUpdateManifest({
    version: versionIn(image),
    chip: "ESP32",
    network: "wifi",
    size: image.length,
    sha256: createHash("sha256").update(image).digest("hex"),
    minimumVersion: "1.0.0",
    ...changes,
  });
  const signature = sign("SHA256", Buffer.from(text), keyPair.privateKey);
  const signed = signedManifest(Buffer.from(text).toString("base64"), signature.toString("base64"));
  return { ...signed, stream: "s-1", file: 0 };
}

type Status = "QUEUED" | "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "REJECTED" | "CANCELED";

interface Job {
  readonly jobId: string;
  readonly document: unknown;
  status: Status;
  version: number;
  /** every report that was taken */
  readonly reports: { readonly status: string; readonly statusDetails: Record<string, string> }[];
}

interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** AWS IoT Jobs and a stream, for one box. */
export class UpdateServer {
  readonly jobs: Job[] = [];
  /** what the stream has */
  image: Uint8Array;
  /** what the box has published, oldest first */
  readonly received: { readonly topic: string; readonly text: string }[] = [];
  /** what is wrong with a block, and nothing if it returns undefined */
  blockFault: (block: number) => "lost" | "refused" | "short" | undefined = () => undefined;
  /** whether an answer is lost */
  isLost: (topic: string) => boolean = () => false;

  constructor(image: Uint8Array) {
    this.image = image;
  }

  add(document: unknown, jobId = `j-${this.jobs.length + 1}`): Job {
    const job: Job = { jobId, document, status: "QUEUED", version: 1, reports: [] };
    this.jobs.push(job);
    return job;
  }

  get #next(): Job | undefined {
    return (
      this.jobs.find(({ status }) => status === "IN_PROGRESS") ??
      this.jobs.find(({ status }) => status === "QUEUED")
    );
  }

  notification(): Message {
    const next = this.#next;
    const execution = next === undefined ? {} : { jobId: next.jobId };
    return { topic: `${topics.root}jobs/notify-next`, payload: json({ timestamp: 1, execution }) };
  }

  /** @returns the answers that reach the box */
  handle(topic: string, payload: Uint8Array): Message[] {
    this.received.push({ topic, text: readUtf8(payload) });
    const answers = this.#answer(topic.slice(topics.root.length), payload);
    return answers
      .map((each) => ({ ...each, topic: topics.root + each.topic }))
      .filter((each) => !this.isLost(each.topic));
  }

  #answer(topic: string, payload: Uint8Array): Message[] {
    const [first, name = "", last] = topic.split("/");
    if (first === "streams" && last === "get") return this.#block(name, payload);
    const request = JSON.parse(readUtf8(payload));
    if (topic === "jobs/start-next") return [this.#startNext(request.clientToken)];
    if (first === "jobs" && last === "update") return this.#update(name, topic, request);
    throw new Error(`published to ${topic}`);
  }

  #startNext(clientToken: string): Message {
    const job = this.#next;
    if (job?.status === "QUEUED") {
      job.status = "IN_PROGRESS";
      job.version += 1;
    }
    const execution = job && {
      jobId: job.jobId,
      executionNumber: 1,
      versionNumber: job.version,
      status: job.status,
      jobDocument: job.document,
    };
    const payload = json({ timestamp: 1, clientToken, ...(execution ? { execution } : {}) });
    return { topic: "jobs/start-next/accepted", payload };
  }

  #update(
    jobId: string,
    topic: string,
    request: {
      readonly clientToken: string;
      readonly status: Status;
      readonly statusDetails: Record<string, string>;
      readonly expectedVersion: number;
    },
  ): Message[] {
    const { clientToken, status, statusDetails, expectedVersion } = request;
    const job = this.jobs.find((each) => each.jobId === jobId);
    const code =
      job === undefined
        ? "ResourceNotFound"
        : job.status !== "IN_PROGRESS"
          ? "TerminalStateReached"
          : job.version !== expectedVersion
            ? "VersionMismatch"
            : undefined;
    if (job === undefined || code !== undefined) {
      return [{ topic: `${topic}/rejected`, payload: json({ code, message: "…", clientToken }) }];
    }
    job.version += 1;
    job.status = status;
    job.reports.push({ status, statusDetails });
    const accepted = { topic: `${topic}/accepted`, payload: json({ timestamp: 1, clientToken }) };
    if (status === "IN_PROGRESS") return [accepted];
    const { payload } = this.notification();
    return [accepted, { topic: "jobs/notify-next", payload }];
  }

  #block(stream: string, payload: Uint8Array): Message[] {
    const request = readBlockRequest(payload);
    if (request === undefined) throw new Error("not a request for a block");
    const { file, block, clientToken } = request;
    const fault = this.blockFault(block);
    if (fault === "lost") return [];
    if (fault === "refused") {
      return [{ topic: `streams/${stream}/rejected/cbor`, payload: Uint8Array.of(0xa0) }];
    }
    const start = block * blockBytes;
    const bytes = this.image.subarray(start, start + blockBytes - (fault === "short" ? 1 : 0));
    const data = writeBlock({ file, block, bytes }, clientToken);
    return [{ topic: `streams/${stream}/data/cbor`, payload: data }];
  }
}

const json = (value: unknown) => new Uint8Array(Buffer.from(JSON.stringify(value)));

/** The power fails. */
export class PowerCut extends Error {}

/** How an image behaves once it runs. */
export type Behaviour = "good" | "never-connects" | "crashes";

export interface WorldOptions {
  readonly server: UpdateServer;
  readonly flash: NorFlash;
  /** by version; default: good */
  readonly behaviours?: Readonly<Record<string, Behaviour>>;
  readonly isIdle?: () => boolean;
  /** called before each byte that lasts: an erase, a write, a stored text; may throw a PowerCut */
  readonly onLasting?: () => void;
  /** default: one that made the documents */
  readonly publicKeys?: readonly string[];
}

const latencyMs = 20;
const bootMs = 300;
const connectMs = 3_000;
const statusMs = 100;
const crashMs = 30_000;

/** What the box has done, in order: for a test that looks at the order. */
export type Deed =
  | { readonly at: number; readonly type: "slots"; readonly operation: string }
  | { readonly at: number; readonly type: "boot"; readonly version: string }
  | { readonly at: number; readonly type: "publish"; readonly topic: string };

/**
 * A box that updates itself, in virtual time: the bootloader's rules, a flash, storage, and for each
 * start a new updater. It reconnects by itself.
 */
export class UpdateWorld {
  now = 0;
  readonly server: UpdateServer;
  readonly flash: NorFlash;
  readonly deeds: Deed[] = [];
  readonly reports: UpdateReport[] = [];
  stored: string | undefined;
  updater: Updater | undefined;
  /** the version that runs; undefined if nothing starts */
  version: string | undefined;
  isPulsing = false;
  readonly #options: WorldOptions;
  #slots: BoardSlots | undefined;
  #startedAt = 0;
  #isConnected = false;
  #events: { readonly at: number; readonly run: () => void }[] = [];
  #isRestartDue = false;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.server = options.server;
    this.flash = options.flash;
    this.boot();
  }

  get bootsOf(): readonly string[] {
    return this.deeds.flatMap((deed) => (deed.type === "boot" ? [deed.version] : []));
  }

  /** A reset, for whatever reason. */
  boot(): void {
    this.#events = [];
    this.#isConnected = false;
    this.#isRestartDue = false;
    this.isPulsing = false;
    this.updater = undefined;
    this.version = undefined;
    this.#guard(() => {
      const slot = boot(this.flash.bytes, this.#writer);
      this.now += bootMs;
      if (slot !== undefined) this.#start(slot);
    });
  }

  /** Lets time pass. */
  run(ms: number): void {
    const end = this.now + ms;
    for (let turns = 0; ; turns++) {
      if (turns > 2_000_000) throw new Error("the updater never rests");
      const deadline = this.updater?.deadline;
      const wakeAt =
        deadline === undefined
          ? Number.POSITIVE_INFINITY
          : Math.max(this.now, this.#startedAt + deadline);
      const event = this.#events[0];
      if (Math.min(wakeAt, event?.at ?? wakeAt) > end) break;
      this.#guard(() => {
        if (event !== undefined && event.at <= wakeAt) {
          this.#events.shift();
          this.now = Math.max(this.now, event.at);
          event.run();
        } else {
          this.now = wakeAt;
          this.#apply(this.updater?.handleTimeout(this.#ticks) ?? []);
        }
      });
      if (this.#isRestartDue) this.boot();
    }
    this.now = end;
  }

  runUntil(isDone: () => boolean, longestMs = 60 * 60_000): boolean {
    const end = this.now + longestMs;
    while (!isDone() && this.now < end) this.run(50);
    return isDone();
  }

  after(ms: number, run: () => void): void {
    this.#events.push({ at: this.now + ms, run });
    this.#events.sort((a, b) => a.at - b.at);
  }

  notify(): void {
    const { topic, payload } = this.server.notification();
    this.deliver(topic, payload);
  }

  /** A message comes that no server has sent. */
  deliver(topic: string, payload: Uint8Array): void {
    this.after(latencyMs, () => this.#receive(topic, payload));
  }

  /** The connection breaks, and comes back. */
  reconnect(pauseMs = connectMs): void {
    this.#isConnected = false;
    this.updater?.disconnected();
    this.after(pauseMs, () => this.#connect());
  }

  pulse(isHigh: boolean): void {
    this.isPulsing = isHigh;
    this.updater?.pulse(isHigh);
  }

  get #ticks(): number {
    return this.now - this.#startedAt;
  }

  #start(slot: BootSlot): void {
    const { isIdle, behaviours = {}, publicKeys = [publicKey] } = this.#options;
    const image = this.flash.bytes.subarray(slot.offset, slot.offset + slot.length);
    const version = versionIn(image);
    this.version = version;
    this.deeds.push({ at: this.now, type: "boot", version });
    this.#startedAt = this.now;
    const slots = new BoardSlots({
      flash: this.flash.bytes,
      writer: this.#writer,
      running: slot,
      restart: () => {
        this.#isRestartDue = true;
      },
    });
    this.#slots = slots;
    this.updater = new Updater({
      topics,
      target: {
        version,
        chip: "ESP32",
        imageId: 0,
        network: "wifi",
        slotBytes: slots.otherLength,
        keyCount: publicKeys.length,
        verify: updateVerifier(publicKeys),
        freeHeap: () => undefined,
      },
      slots: {
        isOnTrial: slots.runningState === "trial",
        hasOtherFailed: slots.hasOtherFailed,
      },
      stored: this.stored,
      random: Math.random,
      makeDigest: () => new Sha256(),
      isIdle: () => isIdle?.() ?? true,
    });
    this.#apply(this.updater.start(this.#ticks));
    const behaviour = behaviours[version] ?? "good";
    if (behaviour === "crashes") this.after(crashMs, () => this.boot());
    if (behaviour !== "never-connects") this.after(connectMs, () => this.#connect());
  }

  #connect(): void {
    this.#isConnected = true;
    this.#apply(this.updater?.connected(this.#ticks) ?? []);
    this.after(statusMs, () => {
      if (this.#isConnected) this.updater?.statusAcknowledged();
    });
  }

  #receive(topic: string, payload: Uint8Array): void {
    if (!this.#isConnected) return;
    // Like a socket's buffer: it is used again.
    const view = payload.slice();
    this.#apply(this.updater?.handleMessage(topic, view, this.#ticks) ?? []);
    view.fill(0xee);
  }

  #apply(effects: readonly UpdateEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "publish":
          this.#publish(effect.topic, effect.payload);
          break;
        case "store":
          this.#options.onLasting?.();
          this.stored = effect.value;
          break;
        case "update":
          this.reports.push(effect.report);
          break;
        case "restart":
          this.#isRestartDue = true;
          break;
        case "slots": {
          const { operation } = effect;
          this.deeds.push({ at: this.now, type: "slots", operation: operation.type });
          this.#apply(this.#operate(operation));
        }
      }
    }
  }

  #operate(operation: Extract<UpdateEffect, { type: "slots" }>["operation"]): UpdateEffect[] {
    const { updater } = this;
    const slots = this.#slots;
    if (updater === undefined || slots === undefined) return [];
    let bytes: Uint8Array | undefined;
    try {
      bytes = performOperation(slots, operation);
    } catch (error) {
      if (error instanceof PowerCut) throw error;
      return updater.operationFailed(operation, this.#ticks);
    }
    this.now += operation.type === "read" ? 2 : 45;
    return updater.operationDone(operation, bytes, this.#ticks);
  }

  #publish(topic: string, payload: string | Uint8Array): void {
    if (!this.#isConnected) throw new Error(`published to ${topic} while it is not connected`);
    this.deeds.push({ at: this.now, type: "publish", topic });
    const bytes = typeof payload === "string" ? new Uint8Array(Buffer.from(payload)) : payload;
    this.after(latencyMs, () => {
      for (const answer of this.server.handle(topic, bytes)) {
        this.after(latencyMs, () => this.#receive(answer.topic, answer.payload));
      }
    });
  }

  /** A cut leaves an erase or a write half done. */
  get #writer() {
    const { flash } = this;
    const { onLasting } = this.#options;
    return {
      erase: (offset: number, length: number) => {
        for (let at = offset; at < offset + length; at += sectorBytes) {
          lasting(onLasting, () => flash.bytes.fill(0xff, at, at + sectorBytes / 2));
          flash.erase(at, sectorBytes);
        }
      },
      program: (offset: number, bytes: Uint8Array) => {
        lasting(onLasting, () => flash.program(offset, bytes.subarray(0, bytes.length / 3)));
        return flash.program(offset, bytes);
      },
    };
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.boot();
    }
  }
}

function lasting(onLasting: (() => void) | undefined, half: () => void): void {
  try {
    onLasting?.();
  } catch (error) {
    half();
    throw error;
  }
}
