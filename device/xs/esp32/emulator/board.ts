export { openBoard } from "../board.ts";

/** The emulator's time server, which needs no right to NTP's own port (host-sim/esp32/addresses.ts). */
export const timeServerPort = 20_123;
