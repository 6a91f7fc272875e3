import type { Command } from "commander";
import { defaultCertsDirectory } from "../certs/paths.ts";

/** Adds `boom-box signing-key`. */
export function registerSigningKeyCommand(program: Command): void {
  program
    .command("signing-key")
    .description("make the key that signs firmware updates, once for all boxes")
    .option("--certs <dir>", "the folder of keys and certificates", defaultCertsDirectory)
    .action(async ({ certs }: { readonly certs: string }) => {
      const { ensureSigningKey } = await import("./signing-key.ts");
      const { outcome, files, tightened } = await ensureSigningKey(certs);
      const lines = [
        `${outcome}: ${files.privateKey}`,
        ...(tightened === undefined ? [] : [`only you can read it now (${tightened})`]),
        `every image that is built from now on takes its updates: ${files.publicKey}`,
        ...(outcome === "made"
          ? ["keep a copy in a safe place: without it, no box can be updated"]
          : []),
      ];
      const { writeOut } = program.configureOutput();
      const text = `${lines.join("\n")}\n`;
      if (writeOut === undefined) process.stdout.write(text);
      else writeOut(text);
    });
}
