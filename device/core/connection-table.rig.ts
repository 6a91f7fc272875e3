import {
  type ConnectionInput,
  type ConnectionState,
  type Deadline,
  effectsOf,
  states,
  stopping,
  type Transition,
} from "./connection.ts";

/** One transition of the table, and its position. */
export interface Row {
  readonly from: ConnectionState;
  readonly input: ConnectionInput;
  readonly transition: Transition;
}

const names = Object.keys(states) as ConnectionState[];
export const rows: readonly Row[] = names.flatMap((from) =>
  (Object.keys(states[from].on) as ConnectionInput[]).flatMap((input) =>
    (states[from].on[input] ?? []).map((transition) => ({ from, input, transition })),
  ),
);

const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(", ");

function deadlineText(deadline: Deadline | undefined): string {
  if (deadline === undefined) return "";
  return typeof deadline === "number" ? `${deadline / 1_000} s` : deadline;
}

/** `state` is omitted: it accompanies each change of state. */
function effectsText(from: ConnectionState, transition: Transition): string {
  return code(effectsOf(from, transition).filter((type) => type !== "state"));
}

/** The row's cells in Markdown. */
export function line({ from, input, transition }: Row): string {
  const { when = "", to, deadline } = transition;
  const next = to === undefined ? "stays" : code([to]);
  const until = deadlineText(deadline ?? states[to ?? from].deadline);
  return [code([from]), code([input]), when, next, effectsText(from, transition), until].join(
    " | ",
  );
}

/** The table in docs/architecture.md. */
export function draw(): string {
  const withSocket = names.filter((name) => effectsText(name, stopping) !== "");
  return [
    "| State | Input | If | Next state | Effects | Deadline |",
    "|---|---|---|---|---|---|",
    ...rows.map((row) => `| ${line(row)} |`),
    `| any | \`stop\` |  | ${code([String(stopping.to)])} | \`close-socket\` from ${code(withSocket)} |  |`,
    "",
    "The first row whose condition holds is taken; an input without a row is ignored. `timeout` comes at",
    "the deadline. `pause` is the back-off's. `spacing` ends when two attempts are far enough apart.",
    "`upkeep` is the earliest of three moments: when the connection counts as held, when the clock is due",
    "to be set again, and when the preferred network is due to be tried again.",
  ].join("\n");
}
