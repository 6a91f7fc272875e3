import type { SlotOperation } from "./core/slot-operation.ts";
import type { FirmwareSlots } from "./hal.ts";

/**
 * Carries out one operation.
 * @returns what was read; undefined for the other operations
 * @throws if the flash fails
 */
export function performOperation(
  slots: FirmwareSlots,
  operation: SlotOperation,
): Uint8Array | undefined {
  switch (operation.type) {
    case "forget-other":
      slots.forgetOther();
      return undefined;
    case "erase":
      slots.erase(operation.offset, operation.length);
      return undefined;
    case "write":
      slots.write(operation.offset, operation.bytes);
      return undefined;
    case "read":
      return slots.read(operation.offset, operation.count);
    case "select":
      slots.select();
      return undefined;
    case "confirm":
      slots.confirm();
      return undefined;
    case "roll-back":
      slots.rollBack();
      return undefined;
  }
}
