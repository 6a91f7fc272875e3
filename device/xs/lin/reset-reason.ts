/** `resetReason` on a desktop: the program was started. */
export default function getResetReason() {
  return { reason: 1, string: "Power-On" };
}
