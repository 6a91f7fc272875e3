import { Command, CommanderError } from "commander";
import { firmwareVersion } from "../device/version.ts";
import { registerAdvisorCommand } from "./advisor/command.ts";
import { registerCertsCommand } from "./certs/command.ts";
import { registerClaimCommands } from "./claim/command.ts";
import { handleLostOutput } from "./command-line/output.ts";
import { UserError } from "./command-line/user-error.ts";
import { registerDoctorCommand } from "./doctor/command.ts";
import { registerExplainCommand } from "./explain/command.ts";
import { registerBuildCommand } from "./firmware/command.ts";
import { registerFlashCommand } from "./flash/command.ts";
import { registerHomeAssistantCommand } from "./home-assistant/command.ts";
import { registerSimCommand } from "./local/sim-command.ts";
import { registerStartCommand } from "./local/start-command.ts";
import { registerMonitorCommand } from "./monitor/command.ts";
import { registerOpenCommand } from "./open/command.ts";
import { registerPackageCommand } from "./package/command.ts";
import { registerProvisionCommands } from "./provision/command.ts";
import { registerSetupCommand } from "./setup/command.ts";
import { registerSigningKeyCommand } from "./signing/command.ts";
import { registerUpdateCommand } from "./update/command.ts";
import { registerWebCommands } from "./web/command.ts";

handleLostOutput(process);

const program = new Command("boom-box")
  .description(
    "A gate opener: an ESP32 that presses a remote's button when it receives an MQTT command.",
  )
  .version(firmwareVersion)
  .showHelpAfterError("(see --help)")
  .exitOverride();

registerStartCommand(program);
registerOpenCommand(program);
registerSimCommand(program);
registerCertsCommand(program);
registerAdvisorCommand(program);
registerBuildCommand(program);
registerPackageCommand(program);
registerExplainCommand(program);
registerSigningKeyCommand(program);
registerFlashCommand(program);
registerUpdateCommand(program);
registerMonitorCommand(program);
registerSetupCommand(program);
registerWebCommands(program);
registerHomeAssistantCommand(program);
registerDoctorCommand(program);
registerProvisionCommands(program);
registerClaimCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  const code = exitCodeOf(error);
  if (code !== 0) process.exitCode = code;
}

/** 2 for an error that the user can fix. An unexpected error is thrown again and keeps its stack. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`boom-box: ${error.message}\n`);
  return 2;
}
