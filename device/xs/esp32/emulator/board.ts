export { openBoard } from "../board.ts";

/** The emulator's time server, on a port that needs no privileges (host-sim/esp32/addresses.ts). */
export const timeServerPort = 20_123;
