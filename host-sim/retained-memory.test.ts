import { describeRetainedMemory } from "../device/retained-memory.contract.ts";
import { MemoryRetained } from "./retained-memory.ts";

describeRetainedMemory("a simulated chip's memory", () => {
  const memory = new MemoryRetained(300);
  return { start: () => memory };
});
