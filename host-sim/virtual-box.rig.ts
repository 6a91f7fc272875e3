import { BoxData, boxPartitionLength } from "../device/box-data.ts";
import { flashWith } from "../device/core/update.rig.ts";
import { type RawSettings, settingsFile, writeSettings } from "../device/settings-text.ts";
import type { NorFlash } from "./board/nor-flash.ts";
import { localAccount } from "./cloud/one-project.ts";
import { boxPolicies } from "./cloud/policy-documents.ts";
import { Registry } from "./cloud/registry.ts";
import { CloudStandIn, type CloudStandInOptions } from "./cloud/stand-in.ts";
import { imageOf } from "./esp32/flash-image.rig.ts";
import { bootloaderAt, boxPartitionAt } from "./esp32/flash-image.ts";
import { MemoryFlash } from "./hardware/flash.ts";
import { createAuthority, type Identity, issueClient, issueServer } from "./pki/authority.ts";

type Services = Pick<CloudStandInOptions, "jobs" | "streams" | "shadows" | "onRecord">;

let material: Promise<Record<"ca" | "server" | "box", Identity>> | undefined;
async function makeMaterial() {
  const ca = await createAuthority();
  return { ca, server: await issueServer(ca), box: await issueClient(ca, "lot-1") };
}

/**
 * The stand-in, which knows `lot-1` and gives it updates, and a shadow if there are shadows.
 * @param log whether the box's policy allows it to publish a log
 */
export async function cloudForBox(services: Services, log = true): Promise<CloudStandIn> {
  material ??= makeMaterial();
  const { ca, server, box } = await material;
  const registry = new Registry(localAccount);
  const shadow = services.shadows !== undefined;
  registry.register({
    certificate: box.certificatePem,
    thingName: "lot-1",
    policies: boxPolicies({
      ...{ ...localAccount, prefix: "gate", updates: "aws" },
      ...{ shadow, log, gates: true },
    }),
  });
  return CloudStandIn.listen({
    port: 0,
    ca: ca.certificatePem,
    certificate: server.certificatePem,
    key: server.keyPem,
    registry,
    ...services,
  });
}

/** A flash with a bootloader, a firmware, and the files of `lot-1`. */
export async function flashOfBox(firmware: Uint8Array, settings: RawSettings): Promise<NorFlash> {
  material ??= makeMaterial();
  const { ca, box } = await material;
  const flash = flashWith(firmware);
  flash.bytes.set(imageOf(100), bootloaderAt);
  new BoxData(boxPartitionOf(flash.bytes)).write(
    new Map<string, Uint8Array>([
      [settingsFile, writeSettings(settings)],
      ["ca.der", ca.certificateDer],
      ["certificate.der", box.certificateDer],
      ["private-key.der", box.keyDer],
    ]),
  );
  return flash;
}

/** The partition `box` of a flash; it shares its bytes. */
export function boxPartitionOf(bytes: Uint8Array): MemoryFlash {
  return new MemoryFlash(bytes.subarray(boxPartitionAt, boxPartitionAt + boxPartitionLength));
}
