import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { startLocalCloud } from "../../host-sim/cloud/one-project.ts";
import type { PolicyDocument } from "../../host-sim/cloud/policy.ts";
import { thePeople } from "../../host-sim/cloud/stand-in.rig.ts";
import type { CloudStandIn, CloudStandInOptions } from "../../host-sim/cloud/stand-in.ts";
import { freePort } from "../../host-sim/free-port.rig.ts";
import type { CloudUnderTest, ReceivedCommand } from "./gate-link.contract.ts";
import { MqttLink } from "./mqtt-link.ts";

type Certificates = Awaited<ReturnType<typeof certificates>>;

async function certificates() {
  const { ca, server, lot1, service } = await thePeople();
  const of = ({ certificatePem, keyPem }: typeof lot1): IClientOptions => ({
    ca: ca.certificatePem,
    cert: certificatePem,
    key: keyPem,
  });
  return { ca, server, lot1, service, asBox: of(lot1), asService: of(service) };
}

export interface LocalBroker extends CloudUnderTest {
  /** on localhost */
  readonly port: number;
}

/** A broker with mutual TLS on loopback, for the contract. `start` starts it on `port`. */
async function cloudOn(
  start: (port: number, certificates: Certificates) => Promise<() => Promise<void>>,
): Promise<LocalBroker> {
  const known = await certificates();
  const port = await freePort();
  const address = { protocol: "mqtts", host: "localhost", port } as const;
  const received: ReceivedCommand[] = [];
  let stop = await start(port, known);
  let box = await connectBox({ ...address, ...known.asBox }, received);
  return {
    port,
    received,
    link: () =>
      new MqttLink({
        prefix: "gate",
        connection: async () => ({ ...address, ...known.asService }),
      }),
    publish: async (topic, payload, retain = false) => {
      await box.publishAsync(topic, payload, { qos: 1, retain });
    },
    stop: async () => {
      await box.endAsync(true);
      await stop();
    },
    restart: async () => {
      stop = await start(port, known);
      box = await connectBox({ ...address, ...known.asBox }, received);
    },
    dispose: async () => {
      await box.endAsync(true);
      await stop();
    },
  };
}

async function connectBox(
  options: IClientOptions,
  received: ReceivedCommand[],
): Promise<MqttClient> {
  const box = await mqtt.connectAsync({ ...options, clientId: "lot-1", reconnectPeriod: 0 });
  box.on("error", () => {});
  box.on("message", (topic, payload, { retain }) => {
    received.push({ topic, payload: String(payload), retain });
  });
  await box.subscribeAsync(["gate/lot-1/command", "gate/lot-1/+/command"], { qos: 1 });
  return box;
}

/**
 * The cloud stand-in with the policies of a box and of the service.
 * @param policyOfService of the service, if it is another than today's
 */
export function makeStandInCloud(policyOfService?: PolicyDocument): Promise<CloudUnderTest> {
  let standIn: CloudStandIn | undefined;
  const cloud = cloudOn(async (port, { ca, server, lot1, service }) => {
    const store: Pick<CloudStandInOptions, "store"> =
      standIn === undefined ? {} : { store: standIn.store };
    const started = await startLocalCloud({
      ...store,
      prefix: "gate",
      port,
      ca: ca.certificatePem,
      certificate: `${server.certificatePem}\n${ca.certificatePem}`,
      key: server.keyPem,
      things: [{ thingName: "lot-1", certificate: lot1.certificatePem }],
      refresh: (registry) => {
        if (policyOfService === undefined) return;
        const { certificatePem: certificate } = service;
        registry.register({ certificate, policies: [policyOfService] });
      },
      service: { certificate: service.certificatePem },
    });
    standIn = started;
    return () => started.close();
  });
  return cloud.then((made) => ({
    ...made,
    publish: async (topic, payload, retain = false) => {
      if (topic.startsWith("gate/lot-1/")) return made.publish(topic, payload, retain);
      // Left by another box, which is not connected now.
      const packet = {
        cmd: "publish",
        qos: 1,
        dup: false,
        retain: true,
        brokerId: "",
        brokerCounter: 0,
      } as const;
      await standIn?.store.storeRetained({ ...packet, topic, payload: Buffer.from(payload) });
    },
  }));
}

/** Mosquitto from the Debian package. */
export function makeMosquittoCloud(): Promise<LocalBroker> {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-mosquitto-"));
  const cloud = cloudOn(async (port, { ca, server }) => {
    mkdirSync(directory, { recursive: true });
    const file = (name: string, text: string) => {
      writeFileSync(join(directory, name), text, { mode: 0o600 });
      return join(directory, name);
    };
    const acl = file(
      "acl",
      "user web\ntopic readwrite gate/#\nuser lot-1\ntopic readwrite gate/#\n",
    );
    const configuration = file(
      "mosquitto.conf",
      [
        `listener ${port} 127.0.0.1`,
        `cafile ${file("ca.pem", ca.certificatePem)}`,
        `certfile ${file("server.pem", server.certificatePem)}`,
        `keyfile ${file("key.pem", server.keyPem)}`,
        "require_certificate true",
        "use_identity_as_username true",
        `acl_file ${acl}`,
        // When started as root, it would switch to another user, who may not read these files.
        "user root",
      ].join("\n"),
    );
    const child = spawn("mosquitto", ["-c", configuration], { stdio: "ignore" });
    await listening(port, child);
    return async () => {
      child.kill();
      await once(child, "exit");
    };
  });
  return cloud.then((made) => ({
    ...made,
    dispose: async () => {
      await made.dispose();
      rmSync(directory, { recursive: true, force: true });
    },
  }));
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`mosquitto ended: ${child.exitCode}`);
    const socket = connectTcp({ port, host: "127.0.0.1" });
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await delay(20);
  }
}
