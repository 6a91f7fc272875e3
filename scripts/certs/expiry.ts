import type { X509Certificate } from "node:crypto";
import { dayOf, notAfterOf } from "./parse.ts";

/** When to warn. It is early, because somebody may have to take the box down from its gate. */
const warnDays = 60;

/** Whole days until the certificate expires; 0 on its last day, negative after that. */
export function daysLeft(certificate: X509Certificate, now: Date): number {
  return Math.floor((notAfterOf(certificate).getTime() - now.getTime()) / (24 * 3_600_000));
}

/**
 * A warning about the certificate's end: `expires in 12 days, on 2030-03-01`.
 * @returns undefined when 60 days or more are left
 */
export function expiryNotice(certificate: X509Certificate, now: Date): string | undefined {
  const days = daysLeft(certificate, now);
  if (days >= warnDays) return undefined;
  const day = dayOf(notAfterOf(certificate));
  return days < 0 ? `expired on ${day}` : `expires in ${days} days, on ${day}`;
}
