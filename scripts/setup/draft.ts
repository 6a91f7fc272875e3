import type { BoxFiles } from "../../device/box-data.ts";
import { fitPins, reasonAgainstPin } from "../../device/chips/pins.ts";
import type { Chip } from "../../device/chips/table.ts";
import { numberLimits, parseSettings, type Settings } from "../../device/config.ts";
import type { WiFiNetwork } from "../../device/hal.ts";
import { type RawSettings, settingsFile, writeSettings } from "../../device/settings-text.ts";
import { checkedThings } from "../certs/names.ts";
import { boardProblems, fitLightPins, reasonAgainstLight } from "../firmware/settings-file.ts";
import { misfit } from "../flash/box-fit.ts";
import type { FirmwarePackage, PackageNetwork } from "../package/firmware-package.ts";
import type { Obtained } from "./certificates/obtained.ts";
import { failureOf, SetupError } from "./failure.ts";

/** Who the box is, and what its pins do. */
export interface Naming {
  readonly thing: string;
  readonly pin: number;
  readonly pulseMs: number;
  readonly ledPin: number | null;
}

/** What has been entered so far. It has secrets, so it never leaves this process. */
export interface Draft {
  naming: Naming;
  networkKind: PackageNetwork;
  wifi: WiFiNetwork | undefined;
  obtained: Obtained | undefined;
  /** undefined: those of the firmware */
  timeServers: readonly string[] | undefined;
}

export function newDraft(networkKind: PackageNetwork): Draft {
  const { pin, pulseMs } = numberLimits;
  return {
    naming: { thing: "lot-1", pin: pin.default, pulseMs: pulseMs.default, ledPin: null },
    networkKind,
    wifi: undefined,
    obtained: undefined,
    timeServers: undefined,
  };
}

/** @throws SetupError with the input that is wrong */
export function checkNaming(
  naming: Naming,
  chip: Chip,
  firmware: FirmwarePackage | undefined,
): void {
  const { thing, pin, pulseMs, ledPin } = naming;
  try {
    checkedThings([thing]);
  } catch (error) {
    throw fieldError(error, "thing");
  }
  const reason = reasonAgainstPin(pin, chip);
  if (reason !== undefined) {
    throw new SetupError(`pin ${pin} ${reason}`, `use ${fitPins(chip)}`, "pin");
  }
  const used = firmware?.usedPins.find((each) => each.pin === pin);
  if (used !== undefined) {
    throw new SetupError(`the firmware uses pin ${pin} itself`, "choose another pin", "pin");
  }
  const { minimum, maximum } = numberLimits.pulseMs;
  if (pulseMs < minimum || pulseMs > maximum) {
    throw new SetupError(
      `a pulse of ${pulseMs} ms is not possible`,
      `write a number from ${minimum} to ${maximum}`,
      "pulseMs",
    );
  }
  if (ledPin === null) return;
  if (ledPin === pin) {
    throw new SetupError("the light and the gate have the same pin", "choose another", "ledPin");
  }
  const ledReason = reasonAgainstLight(ledPin, chip);
  if (ledReason === undefined) return;
  throw new SetupError(`pin ${ledPin} ${ledReason}`, `use ${fitLightPins(chip)}`, "ledPin");
}

function fieldError(error: unknown, field: string): SetupError {
  const { cause, wayOut } = failureOf(error, field);
  return new SetupError(cause, wayOut, field);
}

const noCertificate = () => new SetupError("the box has no certificate yet", "go back and get one");

/** The settings as they are written to the box: without what is the default. */
export function settingsOf({
  naming,
  networkKind,
  wifi,
  obtained,
  timeServers,
}: Draft): RawSettings {
  const { thing, pin, pulseMs, ledPin } = naming;
  if (obtained === undefined) throw noCertificate();
  const { endpoint, port, alpn } = obtained;
  return {
    thingName: thing,
    endpoint,
    ...(port === numberLimits.port.default ? {} : { port }),
    ...(alpn ? { alpn } : {}),
    ...(networkKind === "wifi" ? {} : { network: networkKind }),
    ...(wifi === undefined || networkKind !== "wifi" ? {} : { networks: [wifi] }),
    ...(pin === numberLimits.pin.default ? {} : { pin }),
    ...(pulseMs === numberLimits.pulseMs.default ? {} : { pulseMs }),
    ...(ledPin === null ? {} : { led: { pin: ledPin } }),
    ...(timeServers === undefined ? {} : { timeServers }),
  };
}

/**
 * The files of the box, checked as `boom-box flash` checks them.
 * @throws SetupError
 */
export function boxFilesOf(
  draft: Draft,
  chip: Chip,
  firmware: FirmwarePackage | undefined,
): BoxFiles {
  const input = settingsOf(draft);
  const result = parseSettings(input, chip);
  if (result.type === "problems") {
    throw new SetupError(result.problems.join("; "), "go back and correct it");
  }
  requireFit(draft, result.settings, chip, firmware);
  const { obtained } = draft;
  if (obtained === undefined) throw noCertificate();
  const { ca, certificate, privateKey } = obtained.credentials;
  return new Map([
    [settingsFile, writeSettings(input)],
    ["ca.der", ca],
    ["certificate.der", certificate],
    ["private-key.der", privateKey],
  ]);
}

function requireFit(
  { naming }: Draft,
  settings: Settings,
  chip: Chip,
  firmware: FirmwarePackage | undefined,
): void {
  const problems = boardProblems(settings, chip);
  const unfit = firmware === undefined ? undefined : misfit(naming.thing, settings, firmware);
  const [first = unfit] = problems;
  if (first !== undefined) throw new SetupError(first, "go back and correct it");
}

/** The settings for a person, without passwords. */
export function shownSettings(draft: Draft): readonly (readonly [string, string])[] {
  const { naming, networkKind, wifi, obtained } = draft;
  if (obtained === undefined) return [];
  return [
    ["Thing name", naming.thing],
    ["Gate pin", `${naming.pin}, HIGH for ${naming.pulseMs} ms`],
    ...(naming.ledPin === null ? [] : [["Light", `pin ${naming.ledPin}`] as const]),
    ["Network", networkKind === "ethernet" ? "Ethernet" : `WiFi ${wifi?.SSID ?? ""}`],
    ["Broker", `${obtained.endpoint}, port ${obtained.port}`],
    ["Certificate", `from ${obtained.source}`],
  ];
}
