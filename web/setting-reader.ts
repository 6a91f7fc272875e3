/** The source of the settings: the environment, and the files that it names for secrets. */
export interface SettingSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** @throws Error when the file cannot be read */
  readFile(path: string): string;
}

/** The prefix of every setting of the service. */
export const settingPrefix = "BOOM_BOX_WEB_";

/**
 * Reads settings by name and collects all problems, so that they can be reported at once. A problem
 * names the setting and what it must be. It never contains the value, because it may be a secret.
 */
export class SettingReader {
  readonly problems: string[] = [];
  readonly #source: SettingSource;
  readonly #asked = new Set<string>();

  constructor(source: SettingSource) {
    this.#source = source;
  }

  /** The names that were read, with the prefix. */
  get asked(): readonly string[] {
    return [...this.#asked];
  }

  /** @param name without the prefix @returns undefined when it is absent or empty */
  text(name: string): string | undefined {
    this.#asked.add(`${settingPrefix}${name}`);
    return this.#source.environment[`${settingPrefix}${name}`]?.trim() || undefined;
  }

  /** A secret from `NAME`, or from the file that `NAME_FILE` names. */
  secret(name: string): string | undefined {
    const value = this.text(name);
    const path = this.text(`${name}_FILE`);
    if (path === undefined) return value;
    if (value !== undefined) {
      this.problem(name, `and ${settingPrefix}${name}_FILE are both set; keep one`);
      return undefined;
    }
    try {
      const text = this.#source.readFile(path).trim();
      if (text !== "") return text;
      this.problem(`${name}_FILE`, "names an empty file");
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      this.problem(`${name}_FILE`, `names a file that cannot be read (${code})`);
    }
    return undefined;
  }

  whole(name: string, byDefault: number, minimum: number, maximum: number, unit = ""): number {
    const text = this.text(name);
    if (text === undefined) return byDefault;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    this.problem(name, `must be a whole number, ${minimum}–${maximum}${unit && ` ${unit}`}`);
    return byDefault;
  }

  /** Values separated by commas. */
  list(name: string): readonly string[] {
    const words = (this.text(name) ?? "").split(",").map((word) => word.trim());
    return words.filter((word) => word !== "");
  }

  problem(name: string, what: string): void {
    this.problems.push(`${settingPrefix}${name} ${what}`);
  }

  /** Reports every name that was not read, because it is probably misspelt. Call it last. */
  refuseUnknown(known: readonly string[]): void {
    for (const name of Object.keys(this.#source.environment)) {
      if (!name.startsWith(settingPrefix) || this.#asked.has(name) || known.includes(name))
        continue;
      this.problems.push(`${name} is not a setting of this service`);
    }
  }
}

export function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
