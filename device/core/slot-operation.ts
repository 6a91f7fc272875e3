/** What is done to the slots, one at a time (`FirmwareSlots` in hal.ts). */
export type SlotOperation =
  | { readonly type: "forget-other" }
  | { readonly type: "erase"; readonly offset: number; readonly length: number }
  | { readonly type: "write"; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly type: "read"; readonly offset: number; readonly count: number }
  | { readonly type: "select" }
  | { readonly type: "confirm" }
  | { readonly type: "roll-back" };
