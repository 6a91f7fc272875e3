import { describeSlots, slotsBoard } from "../../device/firmware-slots.contract.ts";
import { BoardSlots } from "./firmware-slots.ts";

describeSlots("a virtual board", () => slotsBoard((options) => new BoardSlots(options)));
