import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IClientOptions } from "mqtt";
import { serviceClientIdPrefix } from "../../device/messages/topics.ts";
import { answerTo } from "../../device/xs/time-server.fake.ts";
import { localAccount } from "../../host-sim/cloud/one-project.ts";
import type { PolicyDocument } from "../../host-sim/cloud/policy.ts";
import { boxPolicy, servicePolicy } from "../../host-sim/cloud/policy-documents.ts";
import { Registry } from "../../host-sim/cloud/registry.ts";
import { CloudStandIn, type CloudStandInOptions } from "../../host-sim/cloud/stand-in.ts";
import { readIdentity, type StoredIdentity, trustFiles } from "../certs/identity.ts";
import { type IdentityFiles, identityFiles } from "../certs/paths.ts";
import { ensureCertificates } from "../certs/store.ts";
import { settingsPath } from "../firmware/settings-file.ts";
import { type ExaminationOptions, examine } from "./examination.ts";
import type { Finding } from "./finding.ts";
import { type Surroundings, thisMachine } from "./surroundings.ts";

export const thing = "lot-1";

/** Short when no answer is expected, long when one is. */
const timing = {
  clockMs: 5_000,
  dnsMs: 5_000,
  tcpMs: 5_000,
  tlsMs: 5_000,
  admissionMs: 100,
  answerMs: 5_000,
  deliveryMs: 5_000,
  watchMs: 100,
  pauseMs: 0,
};

/** A setup without faults: files, tools, a time server, and a stand-in that knows the box. */
export class Bench {
  readonly certs = mkdtempSync(join(tmpdir(), "boom-box-doctor-"));
  readonly files: IdentityFiles = identityFiles(this.certs, thing);
  readonly caDer: string = trustFiles(this.certs, thing).caDer;
  readonly #kept = join(this.certs, "kept");
  readonly #timeServer: Socket = createSocket("udp4");
  #closing: (() => unknown)[] = [];
  /** how far the time server's clock is from this machine's, in ms */
  timeOffsetMs = 0;
  port = 0;
  settings: Record<string, unknown> = {};
  surroundings!: Surroundings;

  static async build(): Promise<Bench> {
    const bench = new Bench();
    await ensureCertificates({ directory: bench.certs, things: [thing] });
    mkdirSync(bench.#kept);
    for (const [path, kept] of bench.#copies()) copyFileSync(path, kept);
    for (const system of ["lin", "mac", "win"]) {
      const tools = join(bench.certs, "sdk", "build", "bin", system, "release");
      mkdirSync(tools, { recursive: true });
      for (const name of ["mcconfig", "mcconfig.bat"]) writeFileSync(join(tools, name), "");
    }
    mkdirSync(join(bench.certs, "sdk", "tools", "mcconfig"), { recursive: true });
    bench.#timeServer.on("message", (request, { port, address }) => {
      const answer = answerTo(request, Date.now() + bench.timeOffsetMs);
      bench.#timeServer.send(answer, port, address);
    });
    bench.#timeServer.bind(0, "127.0.0.1");
    await once(bench.#timeServer, "listening");
    return bench;
  }

  #copies(): [path: string, kept: string][] {
    const { certificateDer, keyDer } = this.files;
    return [certificateDer, keyDer, this.caDer].map((path, i) => [path, join(this.#kept, `${i}`)]);
  }

  /** Removes all faults. */
  tidy(): void {
    for (const [path, kept] of this.#copies()) copyFileSync(kept, path);
    this.timeOffsetMs = 0;
    this.settings = {
      thingName: thing,
      endpoint: "localhost",
      timeServers: ["localhost"],
      networks: [{ SSID: "car park", password: "open sesame" }],
    };
    const sdk = join(this.certs, "sdk");
    this.surroundings = {
      ...thisMachine(timing),
      timeServerPort: this.#timeServer.address().port,
      lookup: async () => ["127.0.0.1"],
      environment: { MODDABLE: sdk, IDF_PATH: sdk },
      serialPorts: async () => ["/dev/ttyUSB0"],
      accessTo: async () => ({ isAllowed: true, group: "dialout", isMember: true }),
    };
  }

  allow(time: Partial<typeof timing>): void {
    this.surroundings = { ...this.surroundings, timing: { ...timing, ...time } };
  }

  identity(name: string): Promise<StoredIdentity> {
    return readIdentity(this.certs, name);
  }

  /** The options of an MQTT client that connects as the box. */
  async asBox(): Promise<IClientOptions> {
    const { caPem, certificatePem, keyPem } = await this.identity(thing);
    return {
      protocol: "mqtts",
      host: "localhost",
      port: this.port,
      ca: caPem,
      cert: certificatePem,
      key: keyPem,
      clientId: thing,
      protocolVersion: 4,
    };
  }

  /** @param policies the box's policies; default: the usual one */
  async startCloud(
    policies: readonly PolicyDocument[] = [this.boxPolicy()],
    options: Partial<CloudStandInOptions> & { readonly status?: "INACTIVE" } = {},
  ): Promise<CloudStandIn> {
    const { status, ...rest } = options;
    const registry = new Registry(localAccount);
    const [box, server, service, ca] = await Promise.all(
      [thing, "server", "service", "ca"].map((name) => this.identity(name)),
    );
    if (!box || !server || !service || !ca) throw new Error("an identity is missing");
    registry.register({
      certificate: box.certificatePem,
      thingName: thing,
      policies,
      ...(status === undefined ? {} : { status }),
    });
    const scope = { ...localAccount, prefix: "gate", clientIdPrefix: serviceClientIdPrefix };
    registry.register({ certificate: service.certificatePem, policies: [servicePolicy(scope)] });
    const cloud = await CloudStandIn.listen({
      ca: ca.certificatePem,
      certificate: server.chainPem,
      key: server.keyPem,
      registry,
      limits: { connectsPerSecond: 1_000 },
      ...rest,
    });
    this.port = cloud.port;
    this.atEnd(() => cloud.close());
    return cloud;
  }

  /** A box's policy, without one action. */
  boxPolicy(without?: string): PolicyDocument {
    const policy = boxPolicy({ ...localAccount, prefix: "gate" });
    return { ...policy, Statement: policy.Statement.filter(({ Action }) => Action !== without) };
  }

  /** Registers a function to run after the test. */
  atEnd(close: () => unknown): void {
    this.#closing.unshift(close);
  }

  writeSettings(): void {
    writeFileSync(
      settingsPath(this.certs, thing),
      JSON.stringify({ port: this.port, ...this.settings }),
    );
  }

  async examine(options: Partial<ExaminationOptions> = {}): Promise<Finding[]> {
    const findings: Finding[] = [];
    const all = { certs: this.certs, thing, takeOver: false, withBoard: true, ...options };
    for await (const finding of examine(all, this.surroundings)) findings.push(finding);
    return findings;
  }

  async clear(): Promise<void> {
    for (const close of this.#closing.splice(0)) await close();
    rmSync(settingsPath(this.certs, thing), { force: true });
  }

  async remove(): Promise<void> {
    this.#timeServer.close();
    rmSync(this.certs, { recursive: true });
  }
}
