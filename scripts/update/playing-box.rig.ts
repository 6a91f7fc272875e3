import { createHash } from "node:crypto";
import { decode, encode } from "cborg";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { checkUpdate } from "../../device/core/update-check.ts";
import type { UpdateReason } from "../../device/messages/update.ts";
import {
  boxAnswerPaths,
  type UpdateTopicsScope,
  updateRootOf,
} from "../../host-sim/cloud/update-topics.ts";
import { updateVerifier } from "../../host-sim/hardware/update.ts";

export interface PlayingBoxOptions {
  readonly thing: string;
  readonly scope: UpdateTopicsScope;
  readonly connection: IClientOptions & { readonly url: string };
  /** the public keys in its image, as device/update-keys.ts has them */
  readonly keys: readonly string[];
  readonly version: string;
  /** what it says in place of SUCCEEDED */
  readonly failsWith?: UpdateReason;
}

interface Execution {
  readonly jobId: string;
  readonly versionNumber: number;
  readonly jobDocument: unknown;
}

const blockBytes = 4096;

/**
 * A box as the updater sees it: an MQTT client that takes its job, checks the signature, fetches the
 * firmware block by block, and says what became of it. It writes nothing, and asks again when it
 * connects again.
 */
export class PlayingBox {
  /** what it has installed */
  version: string;
  readonly #options: PlayingBoxOptions;
  readonly #client: MqttClient;
  readonly #root: string;
  readonly #waiting = new Map<string, (payload: Buffer) => void>();
  #isBusy = false;

  private constructor(options: PlayingBoxOptions, client: MqttClient) {
    this.version = options.version;
    this.#options = options;
    this.#client = client;
    this.#root = updateRootOf(options.scope, options.thing);
    client.on("message", (topic, payload) => {
      const path = topic.slice(this.#root.length + 1);
      if (path === "jobs/notify-next") this.#work();
      else this.#waiting.get(path)?.(payload);
    });
    client.on("connect", () => this.#work());
  }

  static async start(options: PlayingBoxOptions): Promise<PlayingBox> {
    const { url, ...connection } = options.connection;
    const client = await connectAsync(url, {
      ...connection,
      clientId: options.thing,
      reconnectPeriod: 50,
    });
    const box = new PlayingBox(options, client);
    for (const path of boxAnswerPaths) {
      await client.subscribeAsync(`${box.#root}/${path}`, { qos: 1 });
    }
    box.#work();
    return box;
  }

  async stop(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #work(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#takeJobs()
      .catch(() => {})
      .finally(() => {
        this.#isBusy = false;
      });
  }

  async #takeJobs(): Promise<void> {
    for (;;) {
      const { execution } = JSON.parse(
        String(await this.#ask("jobs/start-next", "{}", "jobs/start-next/accepted")),
      ) as { readonly execution?: Execution };
      if (execution === undefined) return;
      await this.#update(execution);
    }
  }

  async #update({ jobId, versionNumber, jobDocument }: Execution): Promise<void> {
    const { keys, failsWith } = this.#options;
    let expectedVersion = versionNumber;
    const tell = async (status: string, statusDetails: object) => {
      const update = JSON.stringify({ status, statusDetails, expectedVersion });
      await this.#ask(`jobs/${jobId}/update`, update, `jobs/${jobId}/update/accepted`);
      expectedVersion += 1;
    };
    const check = checkUpdate(jobDocument, {
      version: this.version,
      chip: "ESP32",
      network: "ethernet",
      slotBytes: 0x1e0000,
      keyCount: keys.length,
      verify: updateVerifier(keys),
      freeHeap: () => undefined,
    });
    if (check.type === "refused") {
      await tell("REJECTED", { reason: check.reason });
      return;
    }
    if (check.type === "runs") {
      await tell("SUCCEEDED", { version: check.version });
      return;
    }
    const { document, manifest } = check;
    const blocks: Uint8Array[] = [];
    const count = Math.ceil(manifest.size / blockBytes);
    for (let o = 0; o < count; o++) {
      const progress = Math.floor((100 * o) / count);
      await tell("IN_PROGRESS", { version: manifest.version, progress: String(progress) });
      const request = encode({ c: "t", f: document.file, l: blockBytes, o, n: 1 });
      const stream = `streams/${document.stream}`;
      const { p } = decode(
        await this.#ask(`${stream}/get/cbor`, request, `${stream}/data/cbor`),
      ) as { readonly p: Uint8Array };
      blocks.push(p);
    }
    const sha256 = createHash("sha256").update(Buffer.concat(blocks)).digest("hex");
    const reason = sha256 === manifest.sha256 ? failsWith : "hash";
    if (reason === undefined) this.version = manifest.version;
    await tell(reason === undefined ? "SUCCEEDED" : "FAILED", {
      version: manifest.version,
      ...(reason === undefined ? {} : { reason }),
    });
  }

  async #ask(path: string, payload: string | Uint8Array, answer: string): Promise<Buffer> {
    let onClose = () => {};
    const answered = new Promise<Buffer>((resolve, reject) => {
      this.#waiting.set(answer, resolve);
      onClose = () => reject(new Error("the connection was lost"));
      this.#client.once("close", onClose);
    });
    const publish = () =>
      this.#client.publish(`${this.#root}/${path}`, Buffer.from(payload), { qos: 1 });
    publish();
    // Nobody may have been there to hear it.
    const repeated = path === "jobs/start-next" ? setInterval(publish, 300) : undefined;
    try {
      return await answered;
    } finally {
      clearInterval(repeated);
      this.#waiting.delete(answer);
      this.#client.off("close", onClose);
    }
  }
}
