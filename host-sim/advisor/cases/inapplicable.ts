import type { InapplicableCase } from "../case.ts";

const cleanSession =
  "the box always asks for a clean session, so that no stored command opens the gate later; AWS may " +
  "not answer that with a session present, and the box hangs up on who does";

function inapplicable(name: string, title: string, reason: string): InapplicableCase {
  return { type: "inapplicable", name, title, isQualifying: false, reason };
}

/** Of the firmware, not of clients in general. */
export const inapplicableCases: readonly InapplicableCase[] = [
  inapplicable("persistent-session", "Persistent Session (Happy Case)", cleanSession),
  inapplicable("persistent-session-expired", "Persistent Session (Session Expiry)", cleanSession),
  inapplicable(
    "shadow-publish",
    "Shadow Publish Reported State",
    "the firmware keeps no shadow: its state is the retained status on its own topic",
  ),
  inapplicable(
    "shadow-update",
    "Shadow Update Reported State",
    "the firmware keeps no shadow, and so is sent no desired state",
  ),
  inapplicable(
    "job-execution",
    "Job Execution",
    "the firmware takes no jobs: a command opens and does nothing else, and firmware comes by cable",
  ),
];
