import type { RefusalReason } from "../device/messages/command.ts";

/** Why a box refused a command, for terminals. The staff app has its own words. */
export const refusalWords: Readonly<Record<RefusalReason, string>> = {
  retained: "the broker had stored the command, so it may be old",
  expired: "the command came too late",
  future: "the sender's clock is ahead of the box's",
  duplicate: "the box has already carried out this command",
  busy: "the gate is still moving",
  cooldown: "the button was pressed a moment ago",
  "clock-unset": "the box does not know the time yet",
  malformed: "the box cannot read the command",
  "unknown-action": "the box does not know this action",
  "unknown-gate": "the box has no gate with this name",
  "too-large": "the command is longer than 1024 bytes",
};
