/** `resetReason` on a desktop: a program that was started. */
export default function getResetReason() {
  return { reason: 1, string: "Power-On" };
}
