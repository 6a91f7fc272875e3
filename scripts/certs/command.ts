import { resolve } from "node:path";
import type { Command } from "commander";
import { caIdentity, defaultCertsDirectory, reservedIdentities } from "./paths.ts";
import { isProvisionedInAws } from "./provisioning-record.ts";
import type { CertificateStep } from "./store.ts";

const defaultThing = "lot-1";

interface CertsOptions {
  readonly directory: string;
  readonly renew?: readonly string[];
  readonly serverName?: readonly string[];
  readonly json?: boolean;
}

/**
 * Adds `boom-box certs [things...]`. It prints through the program's `writeOut`, and throws a
 * UserError for what the user must fix.
 */
export function registerCertsCommand(program: Command): void {
  const command = program
    .command("certs")
    .description("make or renew the keys and certificates of the CA, the server and the boxes")
    .argument("[things...]", `names of boxes (default: ${defaultThing})`)
    .option("--directory <dir>", "the certificates' folder", defaultCertsDirectory)
    .option(
      "--renew <name>",
      "make a new key and certificate for this identity; may be repeated",
      collect,
      [],
    )
    .option("--server-name <name...>", "more DNS names or IP addresses of the server")
    .option("--json", "print what was done as JSON");
  command.action(async (things: string[], options: CertsOptions) => {
    const write = command.configureOutput().writeOut ?? ((text) => process.stdout.write(text));
    const directory = resolve(options.directory);
    const renew = options.renew ?? [];
    // imported here, so that `boom-box --help` stays fast
    const { ensureCertificates } = await import("./store.ts");
    const steps = await ensureCertificates({
      directory,
      things: await thingsToEnsure(directory, things, renew),
      serverNames: options.serverName ?? [],
      renew,
    });
    write(
      options.json
        ? `${JSON.stringify({ directory, steps }, null, 2)}\n`
        : report(directory, steps),
    );
  });
}

/** The text output: a table, the files' location, the next steps. */
export function report(directory: string, steps: readonly CertificateStep[]): string {
  const head = ["identity", "action", "expires", "fingerprint"];
  const rows = steps.map((step) => [
    step.identity,
    step.action,
    step.notAfter.toISOString().slice(0, 10),
    step.fingerprint.slice(0, 16),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const table = [head, ...rows].map((row, line) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    const reason = steps[line - 1]?.reason;
    return (reason === undefined ? cells : `${cells}  ${reason}`).trimEnd();
  });
  return `${[...table, "", ...advice(directory, steps)].join("\n")}\n`;
}

function advice(directory: string, steps: readonly CertificateStep[]): string[] {
  const lines = [
    `The files are in ${directory}, readable only by you. Whoever has a box's private key can act as the box:`,
    "never send or commit a private key, and keep a backup of ca/.",
  ];
  const changed = steps
    .filter((step) => step.action === "renewed" && !isReserved(step.identity))
    .map((step) => step.identity);
  if (changed.length > 0) {
    lines.push(
      `Flash these boxes again, because they still have the old files: ${changed.join(", ")}.`,
    );
  }
  return [
    ...lines,
    'Next: "boom-box start" runs the stand-in cloud and a simulated box with these files.',
  ];
}

/**
 * The named boxes and those to renew; lot-1 if there are none. A new CA invalidates every
 * certificate in the folder, so it renews all boxes.
 */
async function thingsToEnsure(
  directory: string,
  named: readonly string[],
  renew: readonly string[],
): Promise<string[]> {
  const { listThings } = await import("./identity.ts");
  const there = await listThings(directory);
  const things = new Set(named);
  // a mistyped name is not in this list, so it is refused instead of made
  for (const name of renew) if (there.includes(name)) things.add(name);
  if (renew.includes(caIdentity)) {
    for (const name of there) if (!(await isProvisionedInAws(directory, name))) things.add(name);
  }
  if (things.size === 0) things.add(defaultThing);
  return [...things];
}

function isReserved(identity: string): boolean {
  return reservedIdentities.some((reserved) => reserved === identity);
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
