import { type ButtonSettings, buttonForm, readButton } from "./button-settings.ts";
import {
  consistsOf,
  hyphen,
  isDigit,
  isHexDigit,
  isLetter,
  isPrintableAscii,
} from "./characters.ts";
import { reasonAgainstAnyUse, reasonAgainstOutput } from "./chips/pins.ts";
import type { Chip } from "./chips/table.ts";
import { utf8Length } from "./core/utf8.ts";
import { gateInputForm, readGateInput } from "./gate-input-settings.ts";
import {
  type GateSettings,
  gateSettingNames,
  gatesOf,
  type NamedGate,
  reasonAgainstWiring,
} from "./gate-settings.ts";
import type { WiFiNetwork } from "./hal.ts";
import { isTemplateName } from "./messages/claim-topics.ts";
import { mostNamedGates } from "./messages/gate.ts";
import { isWhole } from "./messages/json.ts";
import { defaultPrefix, isGateName, isPrefix, isThingName } from "./messages/topics.ts";
import { pinLimits, pinOf } from "./pins.ts";

/** Everything that can differ between boxes. Durations are in ms unless the name says otherwise. */
export interface Settings extends GateSettings {
  /** also the MQTT client id */
  readonly thingName: string;
  /** host name of the broker: `….iot.<region>.amazonaws.com` (the Data-ATS endpoint) */
  readonly endpoint: string;
  readonly port: number;
  /** use ALPN `x-amzn-mqtt-ca`, which AWS IoT Core requires on port 443 */
  readonly alpn: boolean;
  readonly prefix: string;
  /**
   * gates with names, whose topics have one more level; then `pin` and the others that describe one gate
   * repeat those of the first. Empty: one gate, without a name. See {@link gatesOf}
   */
  readonly gates: readonly NamedGate[];
  /** a push button at the box, which opens without a network */
  readonly button: ButtonSettings | undefined;
  readonly keepAliveSeconds: number;
  /** a command issued longer ago than this is expired */
  readonly commandMaxAgeMs: number;
  /** how far a sender's clock may run ahead */
  readonly clockSkewMs: number;
  readonly backoffMaximumMs: number;
  /** how the box connects; Ethernet needs no {@link Settings.networks} */
  readonly network: NetworkKind;
  /** in order of preference */
  readonly networks: readonly WiFiNetwork[];
  /** SNTP servers, in order */
  readonly timeServers: readonly string[];
  /** for a box that is provisioned without a certificate of its own and claims one */
  readonly claim: ClaimSettings | undefined;
  /** whether the firmware is updated over the air, and by which topics (messages/update-topics.ts) */
  readonly updates: UpdatesKind;
  /** a light on another pin; HIGH: it shines */
  readonly led: { readonly pin: number } | undefined;
  /** where the staff app is: whoever sets the WiFi by Improv is led there */
  readonly appUrl: string | undefined;
  /**
   * report the settings in the box's shadow, and take changes of some of them from there. The box's
   * policy must allow it: AWS IoT Core closes the connection of a box that it does not.
   */
  readonly shadow: boolean;
  /** tell why the box restarted, on the topic `…/log`. The box's policy must allow it, as for a shadow. */
  readonly log: boolean;
}

export interface ClaimSettings {
  /** name of the provisioning template in AWS IoT Core */
  readonly template: string;
}

export const networkKinds = ["wifi", "ethernet"] as const;
export type NetworkKind = (typeof networkKinds)[number];

/**
 * `off`: the box subscribes to nothing more, because a broker may close the connection where a policy
 * does not allow it.
 */
export const updatesKinds = ["off", "aws", "topics"] as const;
export type UpdatesKind = (typeof updatesKinds)[number];

interface NumberLimit {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
}

/** Default and limits of every number. The command line's help reads them too. */
export const numberLimits = {
  port: { default: 8883, minimum: 1, maximum: 65_535, unit: "" },
  pin: { ...pinLimits, unit: "" },
  pulseMs: { default: 500, minimum: 20, maximum: 5_000, unit: "ms" },
  pulseCapMs: { default: 6_000, minimum: 120, maximum: 10_000, unit: "ms" },
  cooldownMs: { default: 3_000, minimum: 0, maximum: 600_000, unit: "ms" },
  travelMs: { default: 0, minimum: 0, maximum: 120_000, unit: "ms" },
  keepAliveSeconds: { default: 60, minimum: 1, maximum: 1_200, unit: "s" },
  commandMaxAgeMs: { default: 60_000, minimum: 1_000, maximum: 600_000, unit: "ms" },
  clockSkewMs: { default: 5_000, minimum: 0, maximum: 60_000, unit: "ms" },
  backoffMaximumMs: { default: 120_000, minimum: 2_000, maximum: 3_600_000, unit: "ms" },
} as const satisfies Readonly<Record<string, NumberLimit>>;

export type NumberSetting = keyof typeof numberLimits;

export const defaultTimeServers: readonly string[] = [
  "pool.ntp.org",
  "time.cloudflare.com",
  "time.google.com",
];

/** One problem per line, with the setting's name and the expected value. */
export type SettingsResult =
  | { readonly type: "settings"; readonly settings: Settings }
  | { readonly type: "problems"; readonly problems: readonly string[] };

/**
 * Reads settings from any source (a file, flags). Unknown names, wrong types and values outside the
 * limits are problems.
 * @param chip of the box, which must have the pins; undefined: it is not known
 */
export function parseSettings(
  input: Readonly<Record<string, unknown>>,
  chip?: Chip,
): SettingsResult {
  const reader = new SettingsReader(input, chip);
  const gates = reader.gates();
  const [first] = gates;
  const settings: Settings = {
    thingName: reader.text(
      "thingName",
      undefined,
      isThingName,
      "1–64 letters, digits, - _ or :, and not service-…",
    ),
    endpoint: reader.text(
      "endpoint",
      undefined,
      isHostName,
      "a host name without https:// or port",
    ),
    port: reader.number("port"),
    alpn: reader.flag("alpn"),
    prefix: reader.text("prefix", defaultPrefix, isPrefix, "1–3 words joined by /, 64 characters"),
    ...(first === undefined ? reader.gate() : withoutName(first)),
    gates,
    button: reader.button(),
    keepAliveSeconds: reader.number("keepAliveSeconds"),
    commandMaxAgeMs: reader.number("commandMaxAgeMs"),
    clockSkewMs: reader.number("clockSkewMs"),
    backoffMaximumMs: reader.number("backoffMaximumMs"),
    network: reader.networkKind(),
    networks: reader.networks(),
    timeServers: reader.timeServers(),
    claim: reader.claim(),
    updates: reader.updatesKind(),
    led: reader.led(),
    appUrl: reader.appUrl(),
    shadow: reader.flag("shadow"),
    log: reader.flag("log"),
  };
  const against =
    reasonAgainstWiring(gatesOf(settings), settings, chip) ??
    (chip && reasonAgainstChipPins(settings, chip));
  if (against !== undefined) reader.problems.push(against);
  reader.refuseUnknown(Object.keys(settings));
  return reader.problems.length === 0
    ? { type: "settings", settings }
    : { type: "problems", problems: reader.problems };
}

function withoutName({ name: _, ...gate }: NamedGate): GateSettings {
  return gate;
}

/** A box must not try such a pin: without its flash, it would start again and again. */
function reasonAgainstChipPins(settings: Settings, chip: Chip): string | undefined {
  const { led, button } = settings;
  const gates = gatesOf(settings);
  if (gates.length > chip.pulseChannels) {
    return `the ${chip.title} can open ${chip.pulseChannels} gates, and gates has ${gates.length}`;
  }
  const uses = [
    ...gates.flatMap(
      ({ pin, gateInput }) =>
        [
          ["pin", pin, reasonAgainstOutput],
          ["gateInput: pin", gateInput?.pin, reasonAgainstAnyUse],
        ] as const,
    ),
    ["led: pin", led?.pin, reasonAgainstOutput],
    ["button: pin", button?.pin, reasonAgainstAnyUse],
  ] as const;
  for (const [what, its, reasonAgainst] of uses) {
    const reason = its === undefined ? undefined : reasonAgainst(its, chip);
    if (reason !== undefined) return `${what} ${its} ${reason}`;
  }
  return undefined;
}

/** Long enough that lateness alone never triggers it, short enough to protect the motor. */
function capOf(pulseMs: number): number {
  return Math.min(numberLimits.pulseCapMs.maximum, pulseMs * 2 + 500);
}

class SettingsReader {
  readonly problems: string[] = [];
  readonly #input: Readonly<Record<string, unknown>>;
  readonly #chip: Chip | undefined;

  constructor(input: Readonly<Record<string, unknown>>, chip: Chip | undefined) {
    this.#input = input;
    this.#chip = chip;
  }

  /** The settings of one gate. */
  gate(): GateSettings {
    const pulseMs = this.number("pulseMs");
    const pulseCapMs = this.number("pulseCapMs", capOf(pulseMs));
    if (pulseCapMs < pulseMs + 100) {
      this.problems.push(`pulseCapMs must exceed pulseMs (${pulseMs}) by at least 100 ms`);
    }
    return {
      pin: this.number("pin"),
      pulseMs,
      pulseCapMs,
      cooldownMs: this.number("cooldownMs"),
      travelMs: this.number("travelMs"),
      gateInput: this.gateInput(),
    };
  }

  gates(): NamedGate[] {
    const value = this.#input.gates ?? undefined;
    if (value === undefined) return [];
    const alone = gateSettingNames.filter((name) => (this.#input[name] ?? undefined) !== undefined);
    if (alone.length > 0) {
      this.problems.push(`gates and ${alone.join(", ")}: say it for each gate in gates`);
    }
    if (!Array.isArray(value) || value.length < 1 || value.length > mostNamedGates) {
      this.problems.push(`gates must be a list of 1–${mostNamedGates} gates: ${show(value)}`);
      return [];
    }
    const gates = value.map((each: unknown, index) => this.#namedGate(each, index));
    const names = gates.map(({ name }) => name);
    const twice = names.find((name, index) => name !== "" && names.indexOf(name) < index);
    if (twice !== undefined) this.problems.push(`two gates have the name ${twice}`);
    return gates;
  }

  #namedGate(value: unknown, index: number): NamedGate {
    const input = Object(value) as Readonly<Record<string, unknown>>;
    const reader = new SettingsReader(input, this.#chip);
    const form = "1–32 letters, digits, - or _, and not command, event, status, update or log";
    const gate = { name: reader.text("name", undefined, isGateName, form), ...reader.gate() };
    // A default could be the pin of another gate.
    if ((input.pin ?? undefined) === undefined) reader.problems.push("pin is missing");
    reader.refuseUnknown(Object.keys(gate));
    this.problems.push(...reader.problems.map((problem) => `gates[${index}]: ${problem}`));
    return gate;
  }

  number(name: NumberSetting, fallback: number = numberLimits[name].default): number {
    const { minimum, maximum, unit } = numberLimits[name];
    const value = this.#input[name] ?? fallback;
    if (isWhole(value, minimum, maximum)) return value;
    const range = `${minimum}–${maximum}${unit === "" ? "" : ` ${unit}`}`;
    this.problems.push(`${name} must be a whole number, ${range}: ${show(value)}`);
    return fallback;
  }

  text(
    name: string,
    fallback: string | undefined,
    isValid: (text: string) => boolean,
    form: string,
  ): string {
    const value = this.#input[name] ?? fallback;
    if (typeof value === "string" && isValid(value)) return value;
    this.problems.push(
      value === undefined
        ? `${name} is missing: ${form}`
        : `${name} must be ${form}: ${show(value)}`,
    );
    return "";
  }

  flag(name: string): boolean {
    const value = this.#input[name] ?? false;
    if (typeof value !== "boolean") this.problems.push(`${name} must be true or false`);
    return value === true;
  }

  networkKind(): NetworkKind {
    const value = this.#input.network ?? "wifi";
    const found = networkKinds.find((kind) => kind === value);
    if (found !== undefined) return found;
    this.problems.push(`network must be ${networkKinds.join(" or ")}: ${show(value)}`);
    return "wifi";
  }

  updatesKind(): UpdatesKind {
    const value = this.#input.updates ?? "off";
    const found = updatesKinds.find((kind) => kind === value);
    if (found !== undefined) return found;
    this.problems.push(`updates must be ${updatesKinds.join(", ")}: ${show(value)}`);
    return "off";
  }

  networks(): WiFiNetwork[] {
    const value = this.#input.networks ?? [];
    if (Array.isArray(value) && value.length <= 8 && value.every(isWiFiNetwork)) return value;
    // The value is never shown: it contains passwords.
    this.problems.push(
      "networks must be up to 8 {SSID: 1–32 bytes in UTF-8, without NUL; password: 8–63 ASCII characters, a key of 64 hexadecimal digits, or none}",
    );
    return [];
  }

  timeServers(): readonly string[] {
    const value = this.#input.timeServers ?? defaultTimeServers;
    const isValid =
      Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= 8 &&
      value.every((server) => typeof server === "string" && isHostName(server));
    if (isValid) return value;
    this.problems.push(`timeServers must be 1–8 host names: ${show(value)}`);
    return [];
  }

  claim(): ClaimSettings | undefined {
    const value = this.#input.claim ?? undefined;
    if (value === undefined) return undefined;
    const { template, ...unknown } = Object(value) as Record<string, unknown>;
    const isKnown = Object.keys(unknown).length === 0;
    if (isKnown && typeof template === "string" && isTemplateName(template)) return { template };
    this.problems.push(`claim must be {template: 1–36 letters, digits, - or _}: ${show(value)}`);
    return undefined;
  }

  gateInput(): Settings["gateInput"] {
    const value = this.#input.gateInput ?? undefined;
    if (value === undefined) return undefined;
    const gateInput = readGateInput(value, this.#chip);
    if (gateInput === undefined) {
      this.problems.push(`gateInput must be ${gateInputForm}: ${show(value)}`);
    }
    return gateInput;
  }

  button(): Settings["button"] {
    const value = this.#input.button ?? undefined;
    if (value === undefined) return undefined;
    const button = readButton(value, this.#chip);
    if (button === undefined) {
      this.problems.push(`button must be ${buttonForm}: ${show(value)}`);
    }
    return button;
  }

  led(): Settings["led"] {
    const value = this.#input.led ?? undefined;
    if (value === undefined) return undefined;
    const { pin: given, ...unknown } = Object(value) as Record<string, unknown>;
    const { minimum, maximum } = pinLimits;
    const pin = pinOf(given);
    if (Object.keys(unknown).length === 0 && pin !== undefined) return { pin };
    this.problems.push(`led must be {pin: ${minimum}–${maximum}}: ${show(value)}`);
    return undefined;
  }

  appUrl(): string | undefined {
    const value = this.#input.appUrl ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value === "string" && isWebAddress(value)) return value;
    this.problems.push(`appUrl must be https://… or http://…, 128 characters: ${show(value)}`);
    return undefined;
  }

  refuseUnknown(known: readonly string[]): void {
    for (const name of Object.keys(this.#input)) {
      if (!known.includes(name)) this.problems.push(`${show(name)} is not a setting`);
    }
  }
}

/** A DNS name or an IPv4 address (RFC 1123): labels of letters, digits and inner hyphens, joined by dots. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && text.split(".").every(isLabel);
}

/** An absolute address of a page, 128 characters at most. */
export function isWebAddress(text: string): boolean {
  const isAbsolute = text.startsWith("https://") || text.startsWith("http://");
  return isAbsolute && consistsOf(text, isUrlUnit, 9, 128);
}

/** The printable ASCII characters that RFC 3986 allows; the rest is percent-encoded. */
const isUrlUnit = (unit: number) =>
  isPrintableAscii(unit) && !' "<>\\^`{|}'.includes(String.fromCharCode(unit));

function isLabel(label: string): boolean {
  return consistsOf(label, isLabelUnit, 1, 63) && !label.startsWith("-") && !label.endsWith("-");
}

const isLabelUnit = (unit: number) => isLetter(unit) || isDigit(unit) || unit === hyphen;

/** What a box may be told to join: from the settings, or by Improv. */
export function isWiFiNetwork(value: unknown): value is WiFiNetwork {
  if (typeof value !== "object" || value === null) return false;
  const { SSID, password, ...unknown } = value as Record<string, unknown>;
  const isOpen = password === undefined;
  return (
    // A misspelt `password` must not select an open network.
    Object.keys(unknown).length === 0 &&
    typeof SSID === "string" &&
    isSSID(SSID) &&
    (isOpen || (typeof password === "string" && isWiFiPassword(password)))
  );
}

/**
 * An access point compares bytes (IEEE 802.11, 9.4.2.2). The hardware takes a text, which ends at
 * NUL; half a surrogate pair has no bytes.
 */
export function isSSID(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0 || (code >= 0xd800 && code <= 0xdfff)) return false;
  }
  const bytes = utf8Length(text);
  return bytes >= 1 && bytes <= 32;
}

/** A pass phrase, or the key that is derived from it and the SSID (IEEE 802.11, J.4.1). */
function isWiFiPassword(text: string): boolean {
  return consistsOf(text, isPrintableAscii, 8, 63) || consistsOf(text, isHexDigit, 64, 64);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
