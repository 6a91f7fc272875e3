import { messageOf } from "../command-line/user-error.ts";
import { PortError, type PortProblem } from "./board-port.ts";

/** The messages of serialport 13, which gives no codes, on Linux, macOS and Windows. */
const problems: readonly { readonly problem: PortProblem; readonly pattern: RegExp }[] = [
  {
    problem: "missing",
    pattern: /no such (file|device)|file not found|cannot find the (file|path)|not configured/i,
  },
  // Windows says "Access denied" for a port that another program has open.
  { problem: "busy", pattern: /busy|cannot lock|temporarily unavailable|access (is )?denied/i },
  { problem: "forbidden", pattern: /permission denied|not permitted/i },
];

/** The error of a port that could not be opened: what happened, and what to do. */
export function openError(path: string, cause: unknown): PortError {
  const reason = messageOf(cause);
  const problem = problems.find(({ pattern }) => pattern.test(reason))?.problem ?? "other";
  return new PortError(problem, words(problem, path, reason), { cause });
}

function words(problem: PortProblem, path: string, reason: string): string {
  switch (problem) {
    case "missing":
      return `there is no serial port ${path}: connect the board with a USB cable that carries data, or leave out --port`;
    case "busy":
      return `${path} is in use: close the program that has it open, such as a serial monitor or an IDE`;
    case "forbidden":
      return `you may not open ${path}: join its group with "sudo usermod -aG dialout $USER" (on Arch: uucp), then log in again`;
    default:
      return `${path} cannot be opened (${reason}): disconnect the board, and connect it again`;
  }
}

/** The error of a port that went away. */
export function lostError(path: string, cause?: unknown): PortError {
  return new PortError(
    "lost",
    `${path} is gone: the cable was pulled, or the board lost its power; connect it again`,
    { cause },
  );
}
