import type { Command } from "commander";
import { onStopSignal } from "../../host-sim/stop-signals.ts";
import { portName } from "../serial/port-name.ts";

interface MonitorFlags {
  readonly port?: string;
  readonly json?: boolean;
}

/** Adds `boom-box monitor`: exit code 0 when the user ends it. */
export function registerMonitorCommand(program: Command): void {
  program
    .command("monitor")
    .description("show what the board prints, until Ctrl-] or Ctrl-C")
    .option("--port <port>", "the board's serial port (default: found automatically)", portName)
    .option("--json", "print the firmware's JSON lines only")
    .action(monitor);
}

async function monitor({ port: asked, json }: MonitorFlags): Promise<void> {
  const { choosePort } = await import("../serial/choose-port.ts");
  const { runMonitor } = await import("./monitor.ts");
  const { describeSerial, jsonOf } = await import("./serial-text.ts");
  const { name, port, dispose } = await choosePort(asked);
  const ending = new AbortController();
  const release = endWith(() => ending.abort());
  try {
    await runMonitor({
      port,
      onLine: (line) => {
        const text = json === true ? jsonOf(line) : describeSerial(line).join("\n");
        if (text !== undefined) process.stdout.write(`${text}\n`);
      },
      onOpened: () => process.stderr.write(`${name}; Ctrl-] ends it\n`),
      onNotice: (words) => process.stderr.write(`${words}\n`),
      signal: ending.signal,
    });
  } finally {
    release();
    await dispose();
  }
}

const ctrlC = "\u0003";
const ctrlBracket = "\u001d";

/** Calls `end` at Ctrl-], Ctrl-C or a signal. */
function endWith(end: () => void): () => void {
  const releaseSignals = onStopSignal(process, end);
  const { stdin } = process;
  if (!stdin.isTTY) return releaseSignals;
  const onKeys = (keys: Buffer) => {
    const text = keys.toString();
    if (text.includes(ctrlC) || text.includes(ctrlBracket)) end();
  };
  stdin.setRawMode(true);
  stdin.on("data", onKeys);
  return () => {
    releaseSignals();
    stdin.off("data", onKeys);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
