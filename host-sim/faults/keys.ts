import { laptop } from "../hardware/network.ts";
import { type Fault, span } from "./fault.ts";
import type { FaultState } from "./injector.ts";

/** A key, its subject, and the next fault for it. */
export interface FaultKey {
  readonly key: string;
  readonly name: string;
  /** its current state, in a word; undefined if there is no fault */
  describe(state: FaultState): string | undefined;
  next(state: FaultState): Fault;
}

const hour = 60 * 60 * 1000;

/** None of these keys opens or quits (`o`, space, return, `q`). */
export const faultKeys: readonly FaultKey[] = [
  {
    key: "w",
    name: "wifi",
    describe: ({ isWifiOff }) => (isWifiOff ? "off" : undefined),
    next: ({ isWifiOff }) => ({ fault: isWifiOff ? "wifi-on" : "wifi-off" }),
  },
  {
    key: "a",
    name: "AP",
    describe: ({ isElsewhere }) => (isElsewhere ? "2" : undefined),
    next: ({ isElsewhere }) =>
      isElsewhere
        ? { fault: "access-point", address: laptop.address, rssi: laptop.RSSI ?? 0 }
        : { fault: "access-point", address: "127.0.0.2", rssi: -80 },
  },
  {
    key: "b",
    name: "broker",
    describe: ({ isBrokerDown }) => (isBrokerDown ? "down" : undefined),
    next: ({ isBrokerDown }) => ({ fault: isBrokerDown ? "broker-up" : "broker-down" }),
  },
  {
    key: "l",
    name: "latency",
    describe: ({ latencyMs }) => (latencyMs === 0 ? undefined : `${latencyMs} ms`),
    next: ({ latencyMs }) => ({ fault: "latency", ms: follows([0, 200, 2_000], latencyMs) }),
  },
  {
    key: "x",
    name: "loss",
    describe: ({ lossPercent }) => (lossPercent === 0 ? undefined : `${lossPercent} %`),
    next: ({ lossPercent }) => ({ fault: "loss", percent: follows([0, 20, 100], lossPercent) }),
  },
  {
    key: "n",
    name: "ntp",
    describe: ({ isNtpBlocked }) => (isNtpBlocked ? "blocked" : undefined),
    next: ({ isNtpBlocked }) => ({ fault: isNtpBlocked ? "ntp-answers" : "ntp-blocked" }),
  },
  {
    key: "c",
    name: "clock",
    describe: ({ jumpedMs }) =>
      jumpedMs === 0 ? undefined : `${jumpedMs > 0 ? "+" : "−"}${span(Math.abs(jumpedMs))}`,
    // The second press undoes the first.
    next: ({ jumpedMs }) => ({ fault: "clock-jump", ms: jumpedMs === 0 ? hour : -jumpedMs }),
  },
  {
    key: "p",
    name: "power",
    describe: ({ isPowerOff }) => (isPowerOff ? "off" : undefined),
    next: () => ({ fault: "power-cut", forMs: 2_000 }),
  },
];

/** These work if there is a contact at the gate. */
export const gateFaultKeys: readonly FaultKey[] = [
  {
    key: "g",
    name: "gate by hand",
    describe: () => undefined,
    next: () => ({ fault: "gate-by-hand" }),
  },
  {
    key: "k",
    name: "keep gate",
    describe: ({ isGateHeld }) => (isGateHeld ? "held" : undefined),
    next: ({ isGateHeld }) => ({ fault: isGateHeld ? "gate-released" : "gate-held" }),
  },
  {
    key: "s",
    name: "contact stuck",
    describe: ({ contact }) =>
      contact?.stuckAt === undefined ? undefined : contact.stuckAt === 1 ? "HIGH" : "LOW",
    // First where it is, then at the other level.
    next: ({ contact }) =>
      contact?.stuckAt === undefined
        ? { fault: "contact-stuck", level: contact?.level ?? 0 }
        : contact.stuckAt === 0
          ? { fault: "contact-stuck", level: 1 }
          : { fault: "contact-free" },
  },
  {
    key: "j",
    name: "contact bounce",
    describe: ({ contact }) => (contact?.isBouncing === true ? "now" : undefined),
    next: () => ({ fault: "contact-bounce", forMs: 1_000 }),
  },
];

/** These work if there is a button at the box. */
export const buttonFaultKeys: readonly FaultKey[] = [
  {
    key: "t",
    name: "button",
    describe: ({ button }) => (button?.isPressed === true ? "pressed" : undefined),
    next: () => ({ fault: "button-press", forMs: 200 }),
  },
  {
    key: "y",
    name: "button stuck",
    describe: () => undefined,
    next: () => ({ fault: "button-press", forMs: 60_000 }),
  },
  {
    key: "u",
    name: "button bounce",
    describe: ({ button }) => (button?.isBouncing === true ? "now" : undefined),
    next: () => ({ fault: "button-bounce", forMs: 1_000 }),
  },
];

type Fitted = Pick<FaultState, "contact" | "button">;

/** The keys that work for this box. */
export function faultKeysOf({ contact, button }: Fitted): readonly FaultKey[] {
  return [
    ...faultKeys,
    ...(contact === undefined ? [] : gateFaultKeys),
    ...(button === undefined ? [] : buttonFaultKeys),
  ];
}

/** The fault of a key, or undefined if it has none. `keys` is what arrived at one moment. */
export function faultOfKey(keys: string, state: FaultState): Fault | undefined {
  return faultKeysOf(state)
    .find(({ key }) => key === keys)
    ?.next(state);
}

/** All keys on one line. */
export function describeFaultKeys(state: Fitted): string {
  return faultKeysOf(state)
    .map(({ key, name }) => `${key} ${name}`)
    .join("  ");
}

function follows(values: readonly number[], value: number): number {
  return values[(values.indexOf(value) + 1) % values.length] ?? 0;
}
