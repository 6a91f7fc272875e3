import { createSecureContext } from "node:tls";
import type { Settings } from "../device/config.ts";
import type { ClaimIdentity } from "./hardware/tls.ts";
import { JsonLines } from "./json-lines.ts";
import { describeRecord } from "./plain-lines.ts";
import { SimulatedBox, type SimulatedBoxRecord } from "./simulated-box.ts";
import { XsFirmware, type XsOptions } from "./xs/firmware.ts";

export interface SimulatorOptions {
  readonly settings: Settings;
  /** PEM */
  readonly identity: { readonly ca: string; readonly certificate: string; readonly key: string };
  /** for a box that claims its certificate; `identity` is the claim's then */
  readonly claim?: ClaimIdentity;
  /** JSON lines instead of words */
  readonly json: boolean;
  /** the engine that runs the firmware; default: Node itself */
  readonly xs?: Omit<XsOptions, "onFailed">;
}

/**
 * Runs one box until SIGINT or SIGTERM; then the pin is LOW, the broker has been told, and it returns.
 * @throws EngineError where the engine fails; the pin is LOW then too
 */
export async function runSimulator(options: SimulatorOptions): Promise<void> {
  const { settings, identity, json, xs } = options;
  const { ca, certificate, key } = identity;
  const write = (text: string) => void process.stdout.write(text);
  const lines = new JsonLines(write);
  const onRecord = json
    ? (record: SimulatedBoxRecord) => lines.record(record)
    : (record: SimulatedBoxRecord) => write(`${describeRecord(record)}\n`);
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const box = new SimulatedBox({
    settings,
    identity: { secureContext: createSecureContext({ ca, cert: certificate, key }) },
    onRecord,
    ...(options.claim === undefined ? {} : { claim: options.claim }),
    ...(xs === undefined
      ? {}
      : { makeFirmware: (agent) => new XsFirmware(agent, { ...xs, onFailed: fail }) }),
  });
  if (!json)
    write(`${settings.thingName} → ${settings.endpoint}:${settings.port}; Ctrl-C ends it\n`);
  const stopped = new Promise<void>((resolve) => {
    const stop = () => {
      // A second signal finds Node's own handling: it ends the process at once.
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve(box.stop());
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    // Whoever read our output has gone: there is nobody left to run for.
    process.stdout.on("error", stop);
  });
  box.start();
  try {
    await Promise.race([stopped, failed]);
  } finally {
    box.powerOff();
  }
}
