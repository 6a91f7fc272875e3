import type { CloudRecord } from "../../host-sim/cloud/records.ts";
import { CloudStandIn } from "../../host-sim/cloud/stand-in.ts";
import { type BenchBox, makeMqttJsBox, makeOurBox } from "./boxes.ts";
import { type BenchCloudOptions, benchCloudOptions, identityOf } from "./cloud.ts";

const makes = { ours: makeOurBox, "mqtt-js": makeMqttJsBox } as const;
type Make = keyof typeof makes;

export interface ReturnOptions {
  /** boxes of each implementation, in each outage */
  readonly boxes: number;
  readonly outages: number;
  readonly outageMs: number;
}

/** The time limit for a reconnect: twice our back-off's longest wait after so short an outage. */
const lostAfterMs = 120_000;

/**
 * Stops the broker and restarts it on the same port with the same state. Measures the ms from its
 * `listen` to each box's status `online`. Both implementations run at once. Each outage has new boxes,
 * because so short a connection does not reset the back-off.
 * @throws Error when a box does not reconnect
 */
export async function measureReturn(
  { boxes, outages, outageMs }: ReturnOptions,
  onProgress: (text: string) => void,
): Promise<Record<Make, number[]>> {
  const returns: Record<Make, number[]> = { ours: [], "mqtt-js": [] };
  const options = await benchCloudOptions();
  let port = 0;
  for (let outage = 1; outage <= outages; outage++) {
    const say = (text: string) => onProgress(`return ${outage} of ${outages}: ${text}`);
    say("connecting");
    const before = await CloudStandIn.listen({ ...options.cloud, port });
    ({ port } = before);
    const fleet = await connectAll(boxes, port, options);
    say("the broker is down");
    await before.close();
    await pause(outageMs);
    const arrivals = new Arrivals(fleet.length);
    const { store } = before;
    const onRecord = (record: CloudRecord) => arrivals.note(record);
    const cloud = await CloudStandIn.listen({ ...options.cloud, port, store, onRecord });
    const startedAt = performance.now();
    say("the broker is up");
    for (const [clientId, at] of await arrivals.all(lostAfterMs)) {
      returns[clientId.startsWith("ours") ? "ours" : "mqtt-js"].push(at - startedAt);
    }
    await Promise.all(fleet.map((box) => box.stop()));
    await cloud.close();
  }
  return returns;
}

/** Connects one box of each kind at a time: these handshakes are not measured. */
async function connectAll(
  count: number,
  port: number,
  options: BenchCloudOptions,
): Promise<BenchBox[]> {
  const identity = identityOf(options.pem);
  const fleet: BenchBox[] = [];
  for (let index = 0; index < count; index++) {
    const both = (["ours", "mqtt-js"] as const).map((make) =>
      makes[make]({ thingName: `${make}-${index}`, port, identity, pulseMs: 20 }),
    );
    fleet.push(...(await Promise.all(both)));
  }
  return fleet;
}

/** The first `online` of each client. */
class Arrivals {
  readonly #expected: number;
  readonly #at = new Map<string, number>();
  #onAll: () => void = () => {};

  constructor(expected: number) {
    this.#expected = expected;
  }

  note(record: CloudRecord): void {
    if (record.type !== "published" || record.by !== "client") return;
    const { clientId, topic, payload } = record;
    if (clientId === undefined || !topic.endsWith("/status") || this.#at.has(clientId)) return;
    if (!Buffer.from(payload).includes('"online"')) return;
    this.#at.set(clientId, performance.now());
    if (this.#at.size === this.#expected) this.#onAll();
  }

  async all(timeoutMs: number): Promise<ReadonlyMap<string, number>> {
    if (this.#at.size === this.#expected) return this.#at;
    await new Promise<void>((resolve, reject) => {
      const timeout = setTimeout(() => {
        const missing = this.#expected - this.#at.size;
        reject(new Error(`${missing} boxes did not reconnect within ${timeoutMs / 1000} s`));
      }, timeoutMs);
      this.#onAll = () => {
        clearTimeout(timeout);
        resolve();
      };
    });
    return this.#at;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
