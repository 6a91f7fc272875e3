import { connect } from "mqtt";
import { Agent } from "../../device/agent.ts";
import { PacketParser } from "../../device/core/mqtt/codec.ts";
import { topicsOf } from "../../device/core/topics.ts";
import { createNodeDevice } from "../../host-sim/hardware/device.ts";
import { RecordedPin } from "../../host-sim/hardware/pin.ts";
import { MemoryStorage } from "../../host-sim/hardware/storage.ts";
import type { TLSIdentity } from "../../host-sim/hardware/tls.ts";
import { requireSettings } from "../settings.ts";

/** A box of either make, connected. */
export interface BenchBox {
  readonly pin: RecordedPin;
  stop(): Promise<void>;
}

export interface BenchBoxOptions {
  readonly thingName: string;
  readonly port: number;
  readonly identity: TLSIdentity;
  readonly pulseMs: number;
}

/** Boxes of one process share what parses their packets. */
const parser = new PacketParser();

export type MakeBox = (options: BenchBoxOptions) => Promise<BenchBox>;

/** Ours: the firmware's agent on Node's hardware. */
export function makeOurBox({
  thingName,
  port,
  identity,
  pulseMs,
}: BenchBoxOptions): Promise<BenchBox> {
  const settings = requireSettings({
    thingName,
    endpoint: "localhost",
    port,
    pulseMs,
    cooldownMs: 0,
    keepAliveSeconds: 600,
  });
  const device = createNodeDevice({ pin: settings.pin, identity });
  return new Promise((resolve) => {
    const agent = new Agent({
      device,
      settings,
      firmware: "bench",
      parser,
      onRecord: (record) => {
        if (record.type === "status" && record.state === "online") {
          resolve({ pin: device.gatePin, stop: () => new Promise((done) => agent.stop(done)) });
        }
      },
    });
    agent.start();
  });
}

interface PeerCommand {
  readonly action: string;
  readonly id?: string;
  readonly issuedAt?: number;
  readonly expiresAt?: number;
}

/**
 * The same job as most would write it on MQTT.js: retained, repeated and stale commands refused, one
 * pulse at a time with a cap, an event for each, ids kept, status and will.
 */
export async function makeMqttJsBox({
  thingName,
  port,
  identity,
  pulseMs,
}: BenchBoxOptions): Promise<BenchBox> {
  const topics = topicsOf("gate", thingName);
  const pin = new RecordedPin(5);
  const seen: string[] = [];
  const storage = new MemoryStorage();
  // tls.connect() takes a context too; MQTT.js hands it on, though its types do not say so.
  const context = { secureContext: identity.secureContext };
  const client = connect({
    ...context,
    protocol: "mqtts",
    host: "localhost",
    servername: "localhost",
    port,
    clientId: thingName,
    keepalive: 600,
    protocolVersion: 4,
    clean: true,
    will: {
      topic: topics.status,
      payload: Buffer.from('{"state":"offline"}'),
      qos: 1,
      retain: true,
    },
  });
  const report = (id: string | null, outcome: string, reason: string | null) =>
    client.publish(topics.event, JSON.stringify({ id, outcome, reason, at: Date.now() }), {
      qos: 1,
    });
  const refusal = (command: PeerCommand, retain: boolean): string | undefined => {
    const { id, action, issuedAt, expiresAt } = command;
    const now = Date.now();
    if (retain) return "retained";
    if (action !== "open") return "unknown-action";
    if (typeof id === "string" && seen.includes(id)) return "duplicate";
    if (typeof expiresAt === "number" && now >= expiresAt) return "expired";
    if (typeof issuedAt === "number" && now - issuedAt >= 60_000) return "expired";
    if (typeof issuedAt === "number" && issuedAt > now + 5_000) return "future";
    return pin.value === 1 ? "busy" : undefined;
  };
  client.on("message", (topic, payload, { retain }) => {
    if (topic !== topics.command) return;
    const text = payload.length > 1024 ? "" : payload.toString();
    const command: PeerCommand = text === "open" ? { action: "open" } : JSON.parse(text);
    const id = command.id ?? null;
    const reason = refusal(command, retain);
    if (id !== null) seen.push(id);
    if (seen.length > 32) seen.shift();
    if (reason !== undefined) {
      report(id, "refused", reason);
      return;
    }
    pin.write(1);
    const cap = setTimeout(() => pin.write(0), pulseMs * 2 + 500);
    setTimeout(() => {
      pin.write(0);
      clearTimeout(cap);
      report(id, "opened", null);
    }, pulseMs);
    storage.write("seen-ids", JSON.stringify(seen));
  });
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  await client.subscribeAsync(topics.command, { qos: 1 });
  await client.publishAsync(topics.status, '{"state":"online"}', { qos: 1, retain: true });
  return { pin, stop: () => client.endAsync() };
}
