import { connect } from "mqtt";
import { Agent } from "../../device/agent.ts";
import { PacketParser } from "../../device/core/mqtt/codec.ts";
import { topicsOf } from "../../device/core/topics.ts";
import { createNodeDevice } from "../../host-sim/hardware/device.ts";
import { RecordedPin } from "../../host-sim/hardware/pin.ts";
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

/**
 * The same job as most would write it on MQTT.js: retained and repeated commands refused, one pulse
 * at a time, an event for each, status and will.
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
  client.on("message", (_topic, payload, { retain }) => {
    const text = payload.toString();
    const command = text === "open" ? { action: "open", id: null } : JSON.parse(text);
    const { id, action } = command as { id: string | null; action: string };
    if (retain) return report(id, "refused", "retained");
    if (action !== "open") return report(id, "refused", "unknown-action");
    if (id !== null && seen.includes(id)) return report(id, "refused", "duplicate");
    if (pin.value === 1) return report(id, "refused", "busy");
    if (id !== null) seen.push(id);
    if (seen.length > 32) seen.shift();
    pin.write(1);
    setTimeout(() => {
      pin.write(0);
      report(id, "opened", null);
    }, pulseMs);
    return undefined;
  });
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  await client.subscribeAsync(topics.command, { qos: 1 });
  await client.publishAsync(topics.status, '{"state":"online"}', { qos: 1, retain: true });
  return { pin, stop: () => client.endAsync() };
}
