import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { Agent, type AgentRecord } from "../../device/agent.ts";
import { parseSettings } from "../../device/config.ts";
import type { FirmwareSlots } from "../../device/hal.ts";
import { signedManifest, writeUpdateManifest } from "../../device/messages/update.ts";
import { Jobs } from "../../host-sim/cloud/jobs.ts";
import { localAccount } from "../../host-sim/cloud/one-project.ts";
import { boxPolicies } from "../../host-sim/cloud/policy-documents.ts";
import { Registry } from "../../host-sim/cloud/registry.ts";
import { CloudStandIn } from "../../host-sim/cloud/stand-in.ts";
import { Streams } from "../../host-sim/cloud/streams.ts";
import { createNodeDevice } from "../../host-sim/hardware/device.ts";
import { makeIdentity } from "../../host-sim/hardware/tls.ts";
import { Sha256, updateVerifier } from "../../host-sim/hardware/update.ts";
import { createAuthority, issueClient, issueServer } from "../../host-sim/pki/authority.ts";

export interface UpdateFigures {
  readonly imageBytes: number;
  /** from the job to the verified image */
  readonly seconds: number;
  /** TCP payload in both directions, TLS included */
  readonly wireBytes: number;
  /** from the publish to the box's event, in ms */
  readonly openAtRest: readonly number[];
  readonly openDuring: readonly number[];
}

const imageBytes = 1024 * 1024;
const opens = 5;

/** Brings a firmware to a box over the stand-in, with Jobs and a stream, and opens meanwhile. */
export async function measureUpdate(progress: (text: string) => void): Promise<UpdateFigures> {
  const image = randomBytes(imageBytes);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const point = publicKey.export({ format: "der", type: "spki" }).subarray(-65).toString("hex");
  const ca = await createAuthority();
  const server = await issueServer(ca);
  const identity = await issueClient(ca, "bench");
  const jobs = new Jobs();
  const streams = new Streams();
  const registry = new Registry(localAccount);
  registry.register({
    certificate: identity.certificatePem,
    thingName: "bench",
    policies: boxPolicies({ ...localAccount, prefix: "gate", updates: "aws" }),
  });
  const cloud = await CloudStandIn.listen({
    ca: ca.certificatePem,
    certificate: server.certificatePem,
    key: server.keyPem,
    registry,
    jobs,
    streams,
  });
  const meter = await meterTo(cloud.port);
  const result = parseSettings({
    thingName: "bench",
    endpoint: "localhost",
    port: meter.port,
    updates: "aws",
    pulseMs: 20,
    pulseCapMs: 120,
    cooldownMs: 0,
  });
  if (result.type === "problems") throw new Error(result.problems.join());
  const records = new Records();
  const device = createNodeDevice({
    pin: 5,
    identity: makeIdentity({
      ca: ca.certificatePem,
      certificate: identity.certificatePem,
      key: identity.keyPem,
    }),
    updates: {
      slots: new MemorySlots(2 * imageBytes),
      chip: "ESP32",
      network: undefined,
      keyCount: 1,
      verify: updateVerifier([point]),
      makeDigest: () => new Sha256(),
    },
  });
  const agent = new Agent({
    device,
    settings: result.settings,
    firmware: "1.0.0",
    onRecord: (record) => records.add(record),
  });
  const open = async () => {
    const before = performance.now();
    await cloud.publish("gate/bench/command", "open");
    await records.next(({ type }) => type === "event");
    return performance.now() - before;
  };
  try {
    agent.start();
    await records.next(({ type }) => type === "status");
    progress("update: opens at rest");
    const openAtRest = await repeat(open);
    progress("update: 1 MB");
    const text = Buffer.from(
      writeUpdateManifest({
        version: "1.1.0",
        chip: "ESP32",
        network: "wifi",
        size: image.length,
        sha256: createHash("sha256").update(image).digest("hex"),
        minimumVersion: "1.0.0",
      }),
    );
    const signature = sign("SHA256", text, privateKey).toString("base64");
    const document = {
      ...signedManifest(text.toString("base64"), signature),
      stream: "s",
      file: 0,
    };
    streams.create({ streamId: "s", files: [{ fileId: 0, source: image }] });
    const ready = records.next((each) => each.type === "update" && each.state === "ready");
    const begun = performance.now();
    const bytesBefore = meter.bytes();
    jobs.create({ jobId: "j", targets: ["bench"], document: JSON.stringify(document) }, Date.now());
    const openDuring = await repeat(open);
    await ready;
    const seconds = (performance.now() - begun) / 1_000;
    const wireBytes = meter.bytes() - bytesBefore;
    return { imageBytes, seconds, wireBytes, openAtRest, openDuring };
  } finally {
    await new Promise<void>((resolve) => agent.stop(resolve));
    device.timer.powerOff();
    device.network.powerOff();
    meter.close();
    await cloud.close();
  }
}

async function repeat(run: () => Promise<number>): Promise<number[]> {
  const results: number[] = [];
  for (let i = 0; i < opens; i++) results.push(await run());
  return results;
}

class Records {
  readonly #waiting = new Set<(record: AgentRecord) => void>();

  add(record: AgentRecord): void {
    for (const tell of [...this.#waiting]) tell(record);
  }

  next(fits: (record: AgentRecord) => boolean): Promise<AgentRecord> {
    return new Promise((resolve) => {
      const tell = (record: AgentRecord) => {
        if (!fits(record)) return;
        this.#waiting.delete(tell);
        resolve(record);
      };
      this.#waiting.add(tell);
    });
  }
}

/** The other slot of a board that never restarts. */
class MemorySlots implements FirmwareSlots {
  readonly runningState = "valid";
  readonly hasOtherFailed = false;
  readonly otherLength: number;
  readonly #bytes: Uint8Array;

  constructor(length: number) {
    this.otherLength = length;
    this.#bytes = new Uint8Array(length).fill(0xff);
  }

  forgetOther(): void {}

  erase(offset: number, length: number): void {
    this.#bytes.fill(0xff, offset, offset + length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, offset);
  }

  read(offset: number, count: number): Uint8Array {
    return this.#bytes.slice(offset, offset + count);
  }

  select(): void {}
  confirm(): void {}
  rollBack(): void {}
  restart(): void {}
}

/** A way to a port of this machine that counts what goes through, in both directions. */
async function meterTo(port: number) {
  let bytes = 0;
  const server = createServer((client) => {
    const target = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on("data", (chunk) => {
        bytes += chunk.length;
        to.write(chunk);
      });
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    bytes: () => bytes,
    close: () => server.close(),
  };
}
