import { type BenchBox, makeMqttJsBox, makeOurBox } from "./boxes.ts";
import { identityOf } from "./cloud.ts";
import type { HeapRequest } from "./heap.ts";

/** A process that contains only the boxes, so that its heap is theirs. */
process.once("message", async ({ make, count, port, pem }: HeapRequest) => {
  const makeBox = make === "ours" ? makeOurBox : makeMqttJsBox;
  const identity = identityOf(pem);
  const boxes: BenchBox[] = [];
  const add = async (index: number) => {
    const thingName = `${make}-${index}`;
    boxes.push(await makeBox({ thingName, port, identity, pulseMs: 20 }));
  };
  // The first boxes load and compile code that must not count.
  for (let index = 0; index < 20; index++) await add(index);
  const before = await settledHeap();
  for (let index = 0; index < count; index += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, i) => add(20 + index + i)));
  }
  const after = await settledHeap();
  process.send?.({ bytesPerBox: (after - before) / count, boxes: boxes.length });
});

async function settledHeap(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}
