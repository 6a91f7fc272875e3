import { fork } from "node:child_process";
import { join } from "node:path";
import type { BenchPem } from "./cloud.ts";

export interface HeapRequest {
  readonly make: "ours" | "mqtt-js";
  readonly count: number;
  readonly port: number;
  readonly pem: BenchPem;
}

/** Measures the live heap bytes per connected box, in a separate process with `count` boxes. */
export function measureHeap(request: HeapRequest): Promise<number> {
  // The compiled child, because this module runs compiled too.
  const child = fork(join(import.meta.dirname, "heap-child.js"), { execArgv: ["--expose-gc"] });
  return new Promise((resolve, reject) => {
    child.once("message", (message) => {
      resolve((message as { bytesPerBox: number }).bytesPerBox);
      child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`the process with the boxes ended with ${code}`)),
    );
    child.send(request);
  });
}
