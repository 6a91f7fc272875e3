import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UpdateTopicsScope } from "../../host-sim/cloud/update-topics.ts";
import { readIdentity } from "../certs/identity.ts";
import { ensureCertificates } from "../certs/store.ts";
import { firmwareOf, partsOf } from "../package/firmware.rig.ts";
import { addToZip, writePackage } from "../package/write-package.ts";
import { ensureSigningKey, readUpdateKeys } from "../signing/signing-key.ts";
import { updateFile, writeUpdateFile } from "../signing/update-file.ts";
import { readUpdate, writeUpdate } from "../signing/write-update.ts";
import { PlayingBox, type PlayingBoxOptions } from "./playing-box.rig.ts";

/** A folder of certificates with boxes, a signing key, and packages; and boxes that play along. */
export class Workbench {
  readonly certs = mkdtempSync(join(tmpdir(), "boom-box-update-"));
  readonly #boxes: PlayingBox[] = [];

  async prepare(things: readonly string[]): Promise<void> {
    await ensureCertificates({ directory: this.certs, things: [...things] });
    await ensureSigningKey(this.certs);
  }

  /** @returns the paths of a signed package */
  async package(version = "1.2.3", name = `package-${version}`) {
    const firmware = firmwareOf({ version, network: "ethernet", parts: partsOf(30_000) });
    const written = await writePackage(join(this.certs, "..", `${this.#folder}-${name}`), firmware);
    this.#remove.push(written.folder, written.zip);
    const keyFile = join(this.certs, "update-signing", "private-key.pem");
    await writeUpdate({ folder: written.folder, firmware, keyFile, minimumVersion: "0.0.0" });
    const update = await readUpdate(written.folder, firmware);
    await addToZip(written.zip, updateFile, writeUpdateFile(update));
    const image = firmware.parts[0]?.bytes ?? new Uint8Array();
    return { ...written, update, image };
  }

  /** Starts a box that plays along. */
  async box(
    thing: string,
    port: number,
    changes: Partial<PlayingBoxOptions> = {},
    scope: UpdateTopicsScope = { topics: "aws", prefix: "gate" },
  ): Promise<PlayingBox> {
    const { caPem, chainPem, keyPem } = await readIdentity(this.certs, thing);
    const box = await PlayingBox.start({
      thing,
      scope,
      connection: { url: `mqtts://localhost:${port}`, ca: caPem, cert: chainPem, key: keyPem },
      keys: await readUpdateKeys(this.certs),
      version: "1.0.0",
      ...changes,
    });
    this.#boxes.push(box);
    return box;
  }

  async close(): Promise<void> {
    for (const box of this.#boxes) await box.stop();
    for (const path of [...this.#remove, this.certs]) rmSync(path, { recursive: true });
  }

  readonly #remove: string[] = [];

  get #folder(): string {
    return this.certs.slice(this.certs.lastIndexOf("/") + 1);
  }
}
