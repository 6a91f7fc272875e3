import type { Settings } from "../device/config.ts";
import { FaultInjector } from "./faults/injector.ts";
import { describeFaultKeys, faultOfKey } from "./faults/keys.ts";
import type { ScriptEntry } from "./faults/script.ts";
import { type ScriptEnd, ScriptRun } from "./faults/script-run.ts";
import { type ClaimIdentity, makeIdentity } from "./hardware/tls.ts";
import { JsonLines } from "./json-lines.ts";
import { describeRecord } from "./plain-lines.ts";
import { SimulatedBox, type SimulatedBoxRecord } from "./simulated-box.ts";
import { hasKeys, quits, readKeys } from "./terminal/keyboard.ts";
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
  readonly scenario?: Scenario;
  /** told of all that is printed; must not throw */
  onRecord?(record: SimulatedBoxRecord): void;
}

/** What happens to the box by itself. */
export interface Scenario {
  readonly entries: readonly ScriptEntry[];
  /** publishes one `open`; what the box makes of it is in its records, so only a failure matters */
  open(): Promise<unknown>;
  /** told why one could not be published */
  onOpenFailed(error: unknown): void;
}

/** Who ended it: somebody from outside, or the scenario. */
export type SimulatorEnd = { readonly type: "stopped" } | Exclude<ScriptEnd, { type: "done" }>;

/** Whether faults and `q` can be had from the keyboard. */
export function takesKeys(json: boolean): boolean {
  return !json && process.stdout.isTTY && hasKeys(process.stdin);
}

/**
 * Runs one box until SIGINT, SIGTERM, `q`, or its scenario says so; then the pin is LOW, the broker
 * has been told, and it returns.
 * @throws EngineError where the engine fails; the pin is LOW then too
 */
export async function runSimulator(options: SimulatorOptions): Promise<SimulatorEnd> {
  const { settings, identity, json, xs, scenario } = options;
  const write = (text: string) => void process.stdout.write(text);
  const lines = new JsonLines(write);
  let script: ScriptRun | undefined;
  const onRecord = (record: SimulatedBoxRecord) => {
    if (json) lines.record(record);
    else write(`${describeRecord(record)}\n`);
    options.onRecord?.(record);
    script?.onRecord(record);
  };
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const box = new SimulatedBox({
    settings,
    identity: makeIdentity(identity),
    onRecord,
    ...(options.claim === undefined ? {} : { claim: options.claim }),
    ...(xs === undefined
      ? {}
      : { makeFirmware: (agent) => new XsFirmware(agent, { ...xs, onFailed: fail }) }),
  });
  const faults = new FaultInjector({ box, onRecord });
  let end: (end: SimulatorEnd) => void = () => {};
  const ended = new Promise<SimulatorEnd>((resolve) => {
    end = resolve;
  });
  const stop = () => {
    // A second signal finds Node's own handling: it ends the process at once.
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    end({ type: "stopped" });
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // Whoever read our output has gone: there is nobody left to run for.
  process.stdout.on("error", stop);
  const isKeyed = takesKeys(json);
  if (!json) {
    write(`${settings.thingName} → ${settings.endpoint}:${settings.port}; Ctrl-C ends it\n`);
    if (isKeyed) write(`faults: ${describeFaultKeys()}\n`);
  }
  let releaseKeys = () => {};
  if (isKeyed) {
    releaseKeys = readKeys(process.stdin, (keys) => {
      if (quits(keys)) stop();
      const fault = faultOfKey(keys, faults.state);
      if (fault !== undefined) faults.apply(fault);
    });
  }
  if (scenario !== undefined) {
    script = new ScriptRun(scenario.entries, {
      fault: (fault) => faults.apply(fault),
      open: () => void scenario.open().catch(scenario.onOpenFailed),
    });
    void script.ended.then((how) => {
      if (how.type !== "done") end(how);
    });
    script.start();
  }
  box.start();
  try {
    const how = await Promise.race([ended, failed]);
    script?.stop();
    await Promise.race([box.stop(), failed]);
    return how;
  } finally {
    script?.stop();
    releaseKeys();
    box.powerOff();
  }
}
