import type { Command } from "commander";
import { defaultCertsDirectory } from "../certs/paths.ts";

interface SigningKeyFlags {
  readonly certs: string;
  readonly secureBoot?: boolean;
}

/** Adds `boom-box signing-key`. */
export function registerSigningKeyCommand(program: Command): void {
  program
    .command("signing-key")
    .description("make the key that signs firmware updates, once for all boxes")
    .option("--certs <dir>", "the folder of keys and certificates", defaultCertsDirectory)
    .option("--secure-boot", "make the key of Secure Boot, for boom-box build --secure")
    .action(async ({ certs, secureBoot }: SigningKeyFlags) => {
      const lines = secureBoot === true ? await secureBootLines(certs) : await updateLines(certs);
      const { writeOut } = program.configureOutput();
      const text = `${lines.join("\n")}\n`;
      if (writeOut === undefined) process.stdout.write(text);
      else writeOut(text);
    });
}

async function updateLines(certs: string): Promise<string[]> {
  const { ensureSigningKey } = await import("./signing-key.ts");
  const { outcome, files, tightened } = await ensureSigningKey(certs);
  return [
    `${outcome}: ${files.privateKey}`,
    ...(tightened === undefined ? [] : [tightenedLine(tightened)]),
    `every image that is built from now on takes its updates: ${files.publicKey}`,
    ...(outcome === "made"
      ? ["keep a copy in a safe place: without it, no box can be updated"]
      : []),
  ];
}

async function secureBootLines(certs: string): Promise<string[]> {
  const { ensureSecureBootKey } = await import("./secure-boot-key.ts");
  const { outcome, path, tightened } = await ensureSecureBootKey(certs);
  return [
    `${outcome}: ${path}`,
    ...(tightened === undefined ? [] : [tightenedLine(tightened)]),
    ...(outcome === "made"
      ? ["keep a copy in a safe place: a secure box accepts no other key, ever"]
      : []),
  ];
}

const tightenedLine = (was: string) => `only you can read it now (${was})`;
