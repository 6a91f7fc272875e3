import type { HardwareUnderTest } from "../../../device/hal.contract.ts";
import { decodeAnswer, encodeMessage } from "../protocol.ts";

declare function issueCommand(message: ArrayBuffer): ArrayBuffer;

/** What the tests on XS ask of the host; the world around the hardware included. */
export interface TestCalls {
  /** `failure` is null where it passed; the stack is in it where not */
  report(name: string, failure: string | null): void;
  finished(): void;
  /** tells `wake` after that time, in ms */
  wakeLater(id: number, delayMs: number): void;
  /** tells `made` when it is there */
  makeHardware(): void;
  edges(): readonly (0 | 1)[];
  receivedByEcho(): readonly number[];
  clientOfEcho(): string;
  hangUp(): void;
  setNetworkReachable(isReachable: boolean): void;
  setTimeServersReachable(isReachable: boolean): void;
  /** tells `disposed` when nothing of it is left */
  disposeHardware(): void;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** What the host tells the tests. */
export interface TestEvents {
  run(): void;
  wake(id: number): void;
  made(
    echo: Address,
    impostors: readonly Address[],
    closedPort: number,
    issued: readonly number[],
    certificateEnds: HardwareUnderTest["certificateEnds"],
  ): void;
  disposed(): void;
}

/** Whoever is told; a test file adds itself. */
export const listeners: Record<string, (...values: never[]) => void> = {};

export function askHost<N extends keyof TestCalls>(
  name: N,
  ...values: Parameters<TestCalls[N]>
): ReturnType<TestCalls[N]> {
  const answer = issueCommand(encodeMessage(name, values).buffer as ArrayBuffer);
  return decodeAnswer(new Uint8Array(answer)) as ReturnType<TestCalls[N]>;
}
