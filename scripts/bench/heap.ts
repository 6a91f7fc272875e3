import { fork } from "node:child_process";
import { join } from "node:path";
import type { BenchPem } from "./cloud.ts";

export interface HeapRequest {
  readonly make: "ours" | "mqtt-js";
  readonly count: number;
  readonly port: number;
  readonly pem: BenchPem;
}

/** Live heap bytes for each of `count` connected boxes, in a process of their own. */
export function measureHeap(request: HeapRequest): Promise<number> {
  // The compiled child, as this is compiled itself: what is measured is what runs.
  const child = fork(join(import.meta.dirname, "heap-child.js"), { execArgv: ["--expose-gc"] });
  return new Promise((resolve, reject) => {
    child.once("message", (message) => {
      resolve((message as { bytesPerBox: number }).bytesPerBox);
      child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the process of the boxes ended (${code})`)));
    child.send(request);
  });
}
