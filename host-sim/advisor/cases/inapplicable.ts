import type { InapplicableCase } from "../case.ts";

const cleanSession =
  "the box always requests a clean session, so that no stored command opens the gate later; AWS may " +
  "not answer that with a session present, and the box disconnects if it does";

function inapplicable(name: string, title: string, reason: string): InapplicableCase {
  return { type: "inapplicable", name, title, isQualifying: false, reason };
}

/** Facts about the firmware, not about clients in general. */
export const inapplicableCases: readonly InapplicableCase[] = [
  inapplicable("persistent-session", "Persistent Session (Happy Case)", cleanSession),
  inapplicable("persistent-session-expired", "Persistent Session (Session Expiry)", cleanSession),
];
