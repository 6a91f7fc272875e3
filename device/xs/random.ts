/**
 * On the ESP32, `Math.random()` reads the hardware generator, which is strongest while WiFi is on.
 */
export function randomBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(Math.random() * 256));
}
