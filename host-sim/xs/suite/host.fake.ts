import type { HardwareUnderTest } from "../../../device/hal.contract.ts";
import { decodeAnswer, encodeMessage } from "../protocol.ts";

declare function issueCommand(message: ArrayBuffer): ArrayBuffer;

/** The requests of the tests on XS to the host, including the environment of the hardware. */
export interface TestCalls {
  /** `failure` is null if the test passed; otherwise it contains the stack */
  report(name: string, failure: string | null): void;
  finished(): void;
  /** calls `wake` after that time, in ms */
  wakeLater(id: number, delayMs: number): void;
  /** calls `made` when it exists */
  makeHardware(): void;
  edges(): readonly (0 | 1)[];
  receivedByEcho(): readonly number[];
  clientOfEcho(): string;
  hangUp(): void;
  setNetworkReachable(isReachable: boolean): void;
  setTimeServersReachable(isReachable: boolean): void;
  setInput(level: 0 | 1): void;
  /** Bytes come as text, one character each, and go as hexadecimal text, here and in the next three. */
  sha256(bytes: string): string;
  /** on P-256; `spki` is DER */
  makeSigningKey(): { readonly id: number; readonly spki: string };
  sign(key: number, bytes: string): string;
  verify(spki: string, bytes: string, signature: string): boolean;
  /** calls `disposed` when it is gone completely */
  disposeHardware(): void;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** The host's messages to the tests. */
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

/** The listeners; a test file adds itself. */
export const listeners: Record<string, (...values: never[]) => void> = {};

export function askHost<N extends keyof TestCalls>(
  name: N,
  ...values: Parameters<TestCalls[N]>
): ReturnType<TestCalls[N]> {
  const answer = issueCommand(encodeMessage(name, values).buffer as ArrayBuffer);
  return decodeAnswer(new Uint8Array(answer)) as ReturnType<TestCalls[N]>;
}
