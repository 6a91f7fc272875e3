import { printable, printableJson } from "../../host-sim/printable.ts";
import type { Step } from "./run.ts";

const marks: Readonly<Record<Step["state"], string>> = {
  done: "done    ",
  kept: "kept    ",
  planned: "will    ",
  note: "note    ",
};

/** Prints steps as text, or as JSON lines. */
export function printer(isJson: boolean, write: (text: string) => void): (step: Step) => void {
  return isJson
    ? (step) => write(`${printableJson(step)}\n`)
    : ({ name, state, text }) => write(`${name}  ${marks[state]}  ${printable(text)}\n`);
}
