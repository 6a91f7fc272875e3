/** One instruction of the container file that has an effect on the image. */
export type Step =
  | { readonly type: "workdir" | "user"; readonly value: string }
  | { readonly type: "env"; readonly values: Readonly<Record<string, string>> }
  | { readonly type: "copy"; readonly sources: readonly string[]; readonly target: string }
  | { readonly type: "run"; readonly script: string }
  | { readonly type: "entrypoint"; readonly words: readonly string[] };

const withoutEffect = new Set(["FROM", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK"]);

/** The instructions, in order. @throws Error for an instruction that it does not know */
export function containerSteps(file: string): readonly Step[] {
  const lines = file
    .replace(/^#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n");
  return lines.flatMap((line): Step[] => {
    const [instruction = "", ...words] = line.trim().split(/\s+/);
    if (instruction === "" || withoutEffect.has(instruction)) return [];
    const rest = words.join(" ");
    if (instruction === "WORKDIR") return [{ type: "workdir", value: rest }];
    if (instruction === "USER") return [{ type: "user", value: rest }];
    if (instruction === "RUN") return [{ type: "run", script: rest }];
    if (instruction === "ENTRYPOINT") {
      return [{ type: "entrypoint", words: JSON.parse(rest) as string[] }];
    }
    if (instruction === "COPY") {
      return [{ type: "copy", sources: words.slice(0, -1), target: words.at(-1) ?? "" }];
    }
    if (instruction === "ENV") {
      return [{ type: "env", values: Object.fromEntries(words.map((word) => word.split("=", 2))) }];
    }
    throw new Error(`the test does not know ${instruction}`);
  });
}

/** The directives of a unit file, by name, in order. */
export function unitDirectives(file: string): ReadonlyMap<string, readonly string[]> {
  const directives = new Map<string, string[]>();
  for (const line of file.split("\n")) {
    const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    directives.set(name, [...(directives.get(name) ?? []), value]);
  }
  return directives;
}
