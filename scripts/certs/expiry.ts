import type { X509Certificate } from "node:crypto";
import { dayOf, notAfterOf } from "./parse.ts";

/** From here on it is time to rotate: a box may have to be taken down from its gate for it. */
export const warnDays = 60;

/** Whole days until the certificate ends; 0 on its last day, negative when it is over. */
export function daysLeft(certificate: X509Certificate, now: Date): number {
  return Math.floor((notAfterOf(certificate).getTime() - now.getTime()) / (24 * 3_600_000));
}

/** One line where a certificate ends within {@link warnDays}, or has; else undefined. */
export function expiryWarning(
  name: string,
  certificate: X509Certificate,
  now: Date,
): string | undefined {
  const days = daysLeft(certificate, now);
  if (days >= warnDays) return undefined;
  const day = dayOf(notAfterOf(certificate));
  return days < 0
    ? `${name}'s certificate expired on ${day}: run "boom-box rotate --thing ${name}"`
    : `${name}'s certificate expires in ${days} days, on ${day}: run "boom-box rotate --thing ${name}"`;
}
