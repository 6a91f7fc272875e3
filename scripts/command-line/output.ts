/** What is used of `process`. */
interface OutputProcess {
  readonly stdout: { on(event: "error", listener: (error: Error) => void): unknown };
  readonly stderr: {
    on(event: "error", listener: (error: Error) => void): unknown;
    write(text: string): unknown;
  };
  exitCode?: number | string | null | undefined;
  on(event: "exit", listener: () => void): unknown;
}

/**
 * Handles output that cannot be written, so that it neither ends the process nor shows a stack. A reader
 * that has closed its pipe, such as `head`, wants no more, and that is no error. For anything else, such
 * as a full disk, one line on standard error says that output is missing, and the exit code is 1 unless
 * the command has set its own.
 */
export function handleLostOutput(process: OutputProcess): void {
  let isLost = false;
  process.stdout.on("error", (error) => {
    if (isLost || ("code" in error && error.code === "EPIPE")) return;
    isLost = true;
    process.stderr.write(`boom-box: the output could not be written: ${error.message}\n`);
  });
  process.stderr.on("error", () => {});
  process.on("exit", () => {
    if (isLost) process.exitCode ??= 1;
  });
}
