import { connect } from "mqtt";
import { Agent } from "../../device/agent.ts";
import { CommandReader } from "../../device/core/command.ts";
import { Gate } from "../../device/core/gate.ts";
import { PacketParser } from "../../device/core/mqtt/codec.ts";
import {
  type EventReport,
  openedEvent,
  refusedEvent,
  writeEvent,
} from "../../device/messages/event.ts";
import { topicsOf } from "../../device/messages/topics.ts";
import { createNodeDevice } from "../../host-sim/hardware/device.ts";
import { RecordedPin } from "../../host-sim/hardware/pin.ts";
import { MemoryStorage } from "../../host-sim/hardware/storage.ts";
import type { TLSIdentity } from "../../host-sim/hardware/tls.ts";
import { requireSettings } from "../command-line/settings.ts";

/** A connected box of either implementation. */
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

/** All boxes of one process share one packet parser. */
const parser = new PacketParser();

export type MakeBox = (options: BenchBoxOptions) => Promise<BenchBox>;

/** Our implementation: the firmware's agent on simulated hardware. */
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
    ...freshness,
    keepAliveSeconds: 600,
  });
  const device = createNodeDevice({ pin: settings.pin, identity });
  return new Promise((resolve) => {
    // Released after the first call, like a `once` listener in MQTT.js, because it belongs to the benchmark.
    let onOnline: typeof resolve | undefined = resolve;
    const agent = new Agent({
      device,
      settings,
      firmware: "bench",
      parser,
      onRecord: (record) => {
        if (record.type === "status" && record.state === "online") {
          onOnline?.({ pin: device.gatePin, stop: () => new Promise((done) => agent.stop(done)) });
          onOnline = undefined;
        }
      },
    });
    agent.start();
  });
}

/**
 * A box opens at most 32 times within the life of a command, because it forgets no id before that. Here
 * the life is a second, so that commands can follow each other faster than at a gate.
 */
const freshness = { commandMaxAgeMs: 1_000, clockSkewMs: 0 };

/**
 * The same box on MQTT.js. It uses the same rules to refuse commands, so that only the MQTT client and
 * the code between it and the pin differ.
 */
export async function makeMqttJsBox({
  thingName,
  port,
  identity,
  pulseMs,
}: BenchBoxOptions): Promise<BenchBox> {
  const topics = topicsOf("gate", thingName);
  const pin = new RecordedPin(5);
  const reader = new CommandReader(freshness, []);
  const gate = new Gate({ pulseMs, cooldownMs: 0 });
  const storage = new MemoryStorage();
  // tls.connect() also accepts a context. MQTT.js passes it on, although its types omit it.
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
  const report = (event: EventReport) =>
    client.publish(topics.event, writeEvent(event), { qos: 1 });
  client.on("message", (topic, payload, { retain, dup }) => {
    if (topic !== topics.command) return;
    const message = { text: payload.toString(), payloadLength: payload.length, retain, dup };
    const now = { ticks: performance.now(), date: Date.now() };
    const verdict = reader.read(message, now);
    const { command } = verdict;
    if (verdict.outcome === "refused") {
      report(refusedEvent(command, verdict.reason, Date.now()));
      return;
    }
    const answer = gate.handleOpen(performance.now());
    if (answer.type === "refused") {
      report(refusedEvent(command, answer.reason, Date.now()));
    } else {
      pin.write(1);
      gate.rose(performance.now());
      if (command.id !== null) reader.noteOpened(command.id, now.ticks);
      const release = () => {
        pin.write(0);
        const highMs = gate.fell(performance.now());
        if (highMs !== undefined) report(openedEvent(command, highMs, Date.now()));
      };
      const cap = setTimeout(release, pulseMs * 2 + 500);
      setTimeout(() => {
        clearTimeout(cap);
        release();
      }, pulseMs);
    }
    storage.write("seen-ids", JSON.stringify(reader.opened));
  });
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  await client.subscribeAsync(topics.command, { qos: 1 });
  const online = '{"state":"online"}';
  await client.publishAsync(topics.status, online, { qos: 1, retain: true });
  // MQTT.js resubscribes by itself. The box must publish `online` again, because its last will said offline.
  client.on("connect", () => client.publish(topics.status, online, { qos: 1, retain: true }));
  client.on("error", ignore);
  return { pin, stop: () => client.endAsync() };
}

/** MQTT.js reconnects by itself, but throws if there is no listener. */
function ignore(): void {}
