import { randomUUID } from "node:crypto";
import { writeOpenCommand } from "../../device/messages/command.ts";
import { topicsOf } from "../../device/messages/topics.ts";
import type { CloudStandIn } from "../../host-sim/cloud/stand-in.ts";
import { type BenchBox, makeMqttJsBox, makeOurBox } from "./boxes.ts";
import { identityOf, startBenchCloud } from "./cloud.ts";

export interface LatencyResult {
  /** from the broker's write of PUBLISH to the rising edge, ms */
  readonly latencies: readonly number[];
  /** pulse width minus the configured width, ms */
  readonly widthErrors: readonly number[];
}

const pulseMs = 20;

/** Measures both boxes on one broker in turns, so that the machine's load affects both. */
export async function measureLatency(
  rounds: number,
  onProgress: (round: number) => void,
): Promise<{ ours: LatencyResult; mqttJs: LatencyResult }> {
  let writtenAt = 0;
  const { cloud, pem } = await startBenchCloud((_clientId, topic, now) => {
    if (topic.endsWith("/command")) writtenAt = now;
  });
  const identity = identityOf(pem);
  const make = { port: cloud.port, identity, pulseMs };
  const boxes = [
    { name: "ours", box: await makeOurBox({ ...make, thingName: "ours" }) },
    { name: "mqtt-js", box: await makeMqttJsBox({ ...make, thingName: "mqtt-js" }) },
  ];
  const results = boxes.map(() => ({ latencies: [] as number[], widthErrors: [] as number[] }));
  for (const { name } of boxes) await warmUp(cloud, name);
  const rehearsals = 50;
  for (let round = 0; round < rounds + rehearsals; round++) {
    // The order alternates, so that side effects of one do not always affect the other.
    const turns = [...boxes.entries()];
    if (round % 2 === 1) turns.reverse();
    for (const [index, { name, box }] of turns) {
      const pulse = nextPulse(box);
      await cloud.publish(topicsOf("gate", name).command, commandOf());
      const { riseAt, fallAt } = await pulse;
      // The event's PUBLISH and PUBACK are complete before the other's turn.
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (round < rehearsals) continue;
      results[index]?.latencies.push(riseAt - writtenAt);
      results[index]?.widthErrors.push(fallAt - riseAt - pulseMs);
    }
    onProgress(round);
  }
  for (const { box } of boxes) await box.stop();
  await cloud.close();
  const [ours, mqttJs] = results;
  if (ours === undefined || mqttJs === undefined) throw new Error("a box has no result");
  return { ours, mqttJs };
}

/**
 * Sends stale commands, which open nothing, so that V8 has compiled the box's code before the
 * measurement.
 */
async function warmUp(cloud: CloudStandIn, name: string): Promise<void> {
  for (let i = 0; i < 3_000; i++) {
    await cloud.publish(topicsOf("gate", name).command, commandOf(Date.now() - 120_000));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function commandOf(issuedAt = Date.now()): string {
  const times = { issuedAt, expiresAt: issuedAt + 10_000 };
  return writeOpenCommand({ id: randomUUID(), ...times, by: "bench" });
}

function nextPulse({ pin }: BenchBox): Promise<{ riseAt: number; fallAt: number }> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error("no pulse within 5 s")), 5_000);
    let riseAt = 0;
    pin.onEdge = ({ value, at }) => {
      if (value === 1) {
        riseAt = at;
        return;
      }
      clearTimeout(timeout);
      resolve({ riseAt, fallAt: at });
    };
  });
}
