import { createHash } from "node:crypto";
import * as v from "valibot";
import { chipNames, chips } from "../../device/chips/table.ts";
import { flashBytes } from "../../host-sim/esp32/flash-image.ts";
import { printable } from "../../host-sim/printable.ts";
import { firmwareProblem } from "./check-firmware.ts";
import { type FirmwarePackage, type PartFile, partFiles } from "./firmware-package.ts";

/** What a package is and where its parts belong. */
export const descriptionFile = "boom-box.json";
/** For ESP Web Tools (https://esphome.github.io/esp-web-tools/). */
export const webManifestFile = "manifest.json";

/** The chips, as Espressif writes them. */
const titles = chipNames.map((name) => chips[name].title);

const place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(flashBytes));
const word = v.pipe(v.string(), v.regex(/^[^\p{C}]{1,64}$/u, "must be a short text"));

const description = v.strictObject({
  name: word,
  version: v.pipe(v.string(), v.regex(/^\d[\w.+-]{0,31}$/, "must be a version")),
  chip: v.picklist(titles, `must be ${titles.join(", ")}`),
  network: v.picklist(["wifi", "ethernet"]),
  isSecure: v.optional(v.boolean(), false),
  parts: v.pipe(
    v.array(
      v.strictObject({
        file: v.picklist(partFiles),
        offset: place,
        bytes: place,
        sha256: v.pipe(v.string(), v.regex(/^[\da-f]{64}$/, "must be a SHA-256")),
      }),
    ),
    v.length(partFiles.length),
  ),
  box: v.strictObject({ offset: place, bytes: place }),
  slotBytes: place,
  usedPins: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          pin: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(48)),
          by: v.pipe(v.string(), v.maxLength(300)),
        }),
      ),
      v.maxLength(200),
    ),
    [],
  ),
});

/** Every file of a package, by name. */
export function packageFiles(firmware: FirmwarePackage): ReadonlyMap<string, Uint8Array> {
  const { name, version, chip, network, isSecure, parts, box, slotBytes, usedPins } = firmware;
  const text: v.InferInput<typeof description> = {
    name,
    version,
    chip: chips[chip].title,
    network,
    isSecure,
    parts: parts.map(({ file, offset, bytes }) => ({
      file,
      offset,
      bytes: bytes.length,
      sha256: sha256(bytes),
    })),
    box,
    slotBytes,
    usedPins: [...usedPins],
  };
  const manifest = {
    name,
    version,
    // The person decides: erasing also erases what makes the box itself.
    new_install_prompt_erase: true,
    builds: [
      {
        chipFamily: chips[chip].title,
        parts: parts.map(({ file, offset }) => ({ path: file, offset })),
      },
    ],
  };
  return new Map([
    ...parts.map(({ file, bytes }) => [file, bytes] as const),
    // A web page would lock the chip without a question.
    ...(isSecure ? [] : [[webManifestFile, json(manifest)] as const]),
    [descriptionFile, json(text)],
  ]);
}

const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);

export type ParsedPackage =
  | { readonly type: "package"; readonly firmware: FirmwarePackage }
  /** in words that follow "the package" */
  | { readonly type: "problem"; readonly problem: string };

/**
 * Checks a package, which is untrusted.
 * @param read the content of one of its files; undefined if it has none of that name
 */
export function parsePackage(read: (file: string) => Uint8Array | undefined): ParsedPackage {
  const problem = (words: string): ParsedPackage => ({ type: "problem", problem: words });
  const text = read(descriptionFile);
  if (text === undefined) return problem(`has no ${descriptionFile}`);
  const parsed = v.safeParse(description, parseJson(text), { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const path = v.getDotPath(issue);
    return problem(
      printable(
        `has an invalid ${descriptionFile} (${path === null ? "" : `${path}: `}${issue.message})`,
      ),
    );
  }
  const { parts: listed, chip: title, ...rest } = parsed.output;
  const chip = chipNames.find((each) => chips[each].title === title);
  if (chip === undefined) return problem(`is for an unknown chip`);
  const parts: { file: PartFile; offset: number; bytes: Uint8Array }[] = [];
  for (const file of partFiles) {
    const entry = listed.find((each) => each.file === file);
    const bytes = read(file);
    if (entry === undefined || bytes === undefined) return problem(`has no ${file}`);
    if (bytes.length !== entry.bytes || sha256(bytes) !== entry.sha256) {
      return problem(`is damaged: ${file} is not the file that ${descriptionFile} describes`);
    }
    parts.push({ file, offset: entry.offset, bytes });
  }
  const firmware: FirmwarePackage = { ...rest, chip, parts };
  const wrong = firmwareProblem(firmware);
  return wrong === undefined ? { type: "package", firmware } : problem(wrong);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
