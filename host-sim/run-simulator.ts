import type { Settings } from "../device/config.ts";
import type { Fault } from "./faults/fault.ts";
import { FaultInjector, type FaultState } from "./faults/injector.ts";
import { describeFaultKeys, faultOfKey } from "./faults/keys.ts";
import type { ScriptEntry } from "./faults/script.ts";
import { type ScriptEnd, ScriptRun } from "./faults/script-run.ts";
import { type ClaimIdentity, makeIdentity } from "./hardware/tls.ts";
import { JsonLines } from "./json-lines.ts";
import { describeRecord } from "./plain-lines.ts";
import { SimulatedBox, type SimulatedBoxRecord } from "./simulated-box.ts";
import { onStopSignal } from "./stop-signals.ts";
import { hasKeys, isHelp, quits, readKeys } from "./terminal/keyboard.ts";
import { XsFirmware, type XsOptions } from "./xs/firmware.ts";

export interface SimulatorOptions {
  readonly settings: Pick<Settings, "thingName" | "endpoint" | "port">;
  /** JSON lines instead of words */
  readonly json: boolean;
  readonly scenario?: Scenario;
  /** receives everything that is printed; must not throw */
  onRecord?(record: SimulatedBoxRecord): void;
}

/** A box and its controls, on any engine. */
export interface RunnableBox {
  readonly state: FaultState;
  apply(fault: Fault): void;
  start(): void;
  /** Writes LOW, notifies the broker if possible, then stops the box completely. */
  stop(): Promise<void>;
  /** Immediately, without DISCONNECT. */
  powerOff(): void;
}

export interface BoxSurroundings {
  onRecord(record: SimulatedBoxRecord): void;
  /** It cannot continue; its pin is LOW. */
  onFailed(error: Error): void;
}

export interface NodeBoxOptions {
  readonly settings: Settings;
  /** PEM */
  readonly identity: { readonly ca: string; readonly certificate: string; readonly key: string };
  /** for a box that claims its certificate; `identity` is then that of the claim */
  readonly claim?: ClaimIdentity;
  /** the engine that runs the firmware; default: Node itself */
  readonly xs?: Omit<XsOptions, "onFailed">;
}

/** A box whose hardware is simulated here. */
export function makeNodeBox(
  { settings, identity, claim, xs }: NodeBoxOptions,
  { onRecord, onFailed }: BoxSurroundings,
): RunnableBox {
  const box = new SimulatedBox({
    settings,
    identity: makeIdentity(identity),
    onRecord,
    ...(claim === undefined ? {} : { claim }),
    ...(xs === undefined
      ? {}
      : { makeFirmware: (agent) => new XsFirmware(agent, { ...xs, onFailed }) }),
  });
  const faults = new FaultInjector({ box, onRecord });
  return {
    get state() {
      return faults.state;
    },
    apply: (fault) => faults.apply(fault),
    start: () => box.start(),
    stop: () => box.stop(),
    powerOff: () => box.powerOff(),
  };
}

/** The scheduled events of the box. */
export interface Scenario {
  readonly entries: readonly ScriptEntry[];
  /**
   * Publishes one `open`; the box's records show the result, so only a failure matters.
   * @param gate absent: a plain one, for the first gate
   */
  open(gate?: string): Promise<unknown>;
  /** called when one could not be published */
  onOpenFailed(error: unknown): void;
}

/** What ended it: an external request, or the scenario. */
export type SimulatorEnd = { readonly type: "stopped" } | Exclude<ScriptEnd, { type: "done" }>;

/** Whether the keyboard can inject faults and quit. */
export function takesKeys(json: boolean): boolean {
  return !json && process.stdout.isTTY && hasKeys(process.stdin);
}

/**
 * Runs one box until a stop signal, `q`, or the end of its scenario. When it returns, the pin is
 * LOW and the broker has been notified.
 * @throws the error the box failed with; the pin is LOW then too
 */
export async function runSimulator(
  options: SimulatorOptions,
  makeBox: (surroundings: BoxSurroundings) => RunnableBox,
): Promise<SimulatorEnd> {
  const { settings, json, scenario } = options;
  const write = (text: string) => void process.stdout.write(text);
  const lines = new JsonLines(write);
  const startedAt = performance.now();
  const tell = (text: string) => {
    const seconds = (performance.now() - startedAt) / 1_000;
    write(`${seconds.toFixed(2).padStart(8)}  ${text}\n`);
  };
  let script: ScriptRun | undefined;
  const onRecord = (record: SimulatedBoxRecord) => {
    if (json) lines.record(record);
    else tell(describeRecord(record));
    options.onRecord?.(record);
    script?.onRecord(record);
  };
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const box = makeBox({ onRecord, onFailed: fail });
  let end: (end: SimulatorEnd) => void = () => {};
  const ended = new Promise<SimulatorEnd>((resolve) => {
    end = resolve;
  });
  const stop = () => end({ type: "stopped" });
  const releaseSignals = onStopSignal(process, stop);
  // The reader of our output is gone: there is no reason to continue.
  process.stdout.on("error", stop);
  const isKeyed = takesKeys(json);
  const keyHelp = `keys: ${describeFaultKeys(box.state)}  h help  q quit`;
  if (!json) {
    tell(`${settings.thingName} → ${settings.endpoint}:${settings.port}; Ctrl-C ends it`);
    if (isKeyed) tell(keyHelp);
  }
  let releaseKeys = () => {};
  if (isKeyed) {
    releaseKeys = readKeys(process.stdin, (keys) => {
      if (quits(keys)) stop();
      if (isHelp(keys)) tell(keyHelp);
      const fault = faultOfKey(keys, box.state);
      if (fault !== undefined) box.apply(fault);
    });
  }
  if (scenario !== undefined) {
    script = new ScriptRun(scenario.entries, {
      fault: (fault) => box.apply(fault),
      open: (gate) => void scenario.open(gate).catch(scenario.onOpenFailed),
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
    releaseSignals();
    releaseKeys();
    box.powerOff();
  }
}
