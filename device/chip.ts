import { type Chip, esp32 } from "./chips/table.ts";

/**
 * The chip that this firmware runs on: the simulator is an ESP32. `boom-box build --chip` replaces this
 * module by one that names another row of the table.
 */
export const thisChip: Chip = esp32;
