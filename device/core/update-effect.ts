import type { UpdateReason, UpdateStage } from "../messages/update.ts";
import type { SlotOperation } from "./slot-operation.ts";

/** The one storage key; its value has at most 300 bytes, and is empty if there is no update. */
export const updateKey = "update";

export type UpdateEffect =
  /** QoS 1, not retained */
  | { readonly type: "publish"; readonly topic: string; readonly payload: string | Uint8Array }
  /** survives a restart */
  | { readonly type: "store"; readonly key: typeof updateKey; readonly value: string }
  /** `operationDone` or `operationFailed` must be called right after it */
  | { readonly type: "slots"; readonly operation: SlotOperation }
  /** ends the connection cleanly, then restarts the chip */
  | { readonly type: "restart" }
  | { readonly type: "update"; readonly report: UpdateReport };

/** What an observer is told. */
export interface UpdateReport {
  readonly state: UpdateStage;
  readonly job: string | null;
  readonly version: string | null;
  readonly reason: UpdateReason | null;
}
