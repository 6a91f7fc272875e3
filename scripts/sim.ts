import type { Command } from "commander";
import { addBrokerOptions, type BrokerFlags, resolveBroker } from "./broker-options.ts";
import { numberOption, requireSettings } from "./settings.ts";

interface SimFlags extends BrokerFlags {
  readonly pin?: number;
  readonly pulseMs?: number;
  readonly cooldownMs?: number;
  readonly keepAlive?: number;
  readonly json?: boolean;
}

/** Adds `boom-box sim`: one box on this machine against any broker, until SIGINT or SIGTERM. */
export function registerSimCommand(program: Command): void {
  const command = program
    .command("sim")
    .description("run the firmware on this machine, against any broker, AWS IoT Core included");
  addBrokerOptions(command)
    .option("--pin <number>", "the gate's pin (default: 5)", numberOption("pin"))
    .option("--pulse-ms <ms>", "how long it is HIGH (default: 500)", numberOption("pulseMs"))
    .option(
      "--cooldown-ms <ms>",
      "pause before the next pulse (default: 3000)",
      numberOption("cooldownMs"),
    )
    .option(
      "--keep-alive <s>",
      "MQTT keep alive (default: 60; AWS makes 1–29 to 30)",
      numberOption("keepAliveSeconds"),
    )
    .option("--json", "print JSON lines only")
    .action(sim);
}

async function sim(flags: SimFlags): Promise<void> {
  const { endpoint, port, prefix, alpn, identity } = await resolveBroker(flags, flags.thing);
  const settings = requireSettings({
    thingName: flags.thing,
    endpoint,
    port,
    prefix,
    alpn,
    pin: flags.pin,
    pulseMs: flags.pulseMs,
    cooldownMs: flags.cooldownMs,
    keepAliveSeconds: flags.keepAlive,
  });
  const { runSimulator } = await import("../host-sim/main.ts");
  await runSimulator({
    settings,
    identity: { ca: identity.caPem, certificate: identity.chainPem, key: identity.keyPem },
    json: flags.json === true,
  });
}
