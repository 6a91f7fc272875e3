import type { UpdateReason } from "../device/messages/update.ts";

/** Why a box did not take a firmware, for terminals. */
export const updateReasonWords: Readonly<Record<UpdateReason, string>> = {
  malformed: "the update cannot be read",
  unsigned: "this firmware has no key to check a signature with, so it takes no update",
  signature: "it is not signed with a key that the box trusts",
  chip: "it is for another chip",
  network: "it is for another kind of network",
  "too-large": "it does not fit into the slot for a firmware",
  "minimum-version": "the box's firmware is too old for it: update to a version in between first",
  "not-newer": "the box already has a newer version",
  busy: "the box is busy with another update",
  "no-slot": "the board has no slot for a second firmware",
  block: "a part of it did not arrive, or arrived damaged",
  hash: "what arrived is not what was signed",
  write: "the flash memory did not keep it",
  "not-confirmed": "the new firmware did not connect in time, so the box went back to the old one",
  "rolled-back":
    "the new firmware ended before it was confirmed, so the box went back to the old one",
  cancelled: "it was cancelled",
  "low-memory": "the box has too little memory at the moment",
  "not-startable":
    "the chip does not start it: it lacks the signature of Secure Boot, or the flash memory fails",
};
