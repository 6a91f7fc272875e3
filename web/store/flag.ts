import type { Flag } from "./schema.ts";

export function flag(value: boolean): Flag {
  return value ? 1 : 0;
}
