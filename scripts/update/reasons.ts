import { updateReasons } from "../../device/messages/update.ts";
import { printable } from "../../host-sim/printable.ts";
import { updateReasonWords } from "../../host-sim/update-reason-words.ts";

/** @param reason what a box wrote into its job's details: untrusted */
export function wordsOf(reason: string): string {
  const known = updateReasons.find((each) => each === reason);
  return known === undefined ? printable(reason) : updateReasonWords[known];
}
