import { type Command, InvalidArgumentError } from "commander";
import { defaultPrefix } from "../../device/messages/topics.ts";
import { printable } from "../../host-sim/printable.ts";
import { defaultThing, prefix, thingName } from "../broker/options.ts";
import { type BrokerAddress, passwordVariable } from "./broker.ts";

interface HomeAssistantFlags extends BrokerAddress {
  readonly thing: string;
  readonly prefix: string;
  readonly discoveryPrefix: string;
  readonly name?: string;
  readonly remove?: boolean;
  readonly print?: boolean;
}

const statusTimeoutMs = 5_000;
const longestName = 64;

/** Adds `boom-box home-assistant`: Home Assistant finds a box by itself. */
export function registerHomeAssistantCommand(program: Command): void {
  program
    .command("home-assistant")
    .description("let Home Assistant find a box: one retained message to its broker")
    .requiredOption("--broker <url>", "Home Assistant's broker: mqtts://HOST, or mqtt://HOST")
    .option("--username <name>", `its user; the password is read from ${passwordVariable}`)
    .option("--ca <file>", "PEM: the CA that signed the broker's certificate")
    .option("--cert <file>", "PEM: the client's certificate")
    .option("--key <file>", "PEM: the client's private key")
    .option("--thing <name>", "the box's thing name", thingName, defaultThing)
    .option("--name <name>", "the device's name in Home Assistant (default: the thing name)", title)
    .option("--prefix <prefix>", "first part of the box's topics", prefix, defaultPrefix)
    .option(
      "--discovery-prefix <prefix>",
      "first part of Home Assistant's own topics",
      prefix,
      "homeassistant",
    )
    .option("--remove", "remove the box from Home Assistant")
    .option("--print", "print the message instead of publishing it")
    .action(tellHomeAssistant);
}

async function tellHomeAssistant(flags: HomeAssistantFlags): Promise<void> {
  const { thing, broker } = flags;
  const { connectTo } = await import("./broker.ts");
  const { discoveryMessage, discoveryTopic } = await import("./discovery.ts");
  const { hearStatus, publishDiscovery } = await import("./publish.ts");
  const client = await connectTo(flags, process.env);
  try {
    if (flags.remove === true) {
      await publishDiscovery(client, { topic: discoveryTopic(flags), payload: "" });
      process.stdout.write(`${thing} is removed from Home Assistant\n`);
      return;
    }
    const report = await hearStatus(client, flags, statusTimeoutMs);
    const message = discoveryMessage({ ...flags, name: flags.name ?? thing, report });
    if (flags.print === true) {
      process.stdout.write(`${message.topic}\n${message.payload}\n`);
      return;
    }
    await publishDiscovery(client, message);
    process.stdout.write(`${broker} has ${thing} for Home Assistant, on ${message.topic}\n`);
  } finally {
    await client.endAsync();
  }
}

function title(text: string): string {
  if (text.trim() !== "" && text.length <= longestName && printable(text) === text) return text;
  throw new InvalidArgumentError(`It must be one line of 1–${longestName} characters.`);
}
