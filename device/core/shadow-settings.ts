import type { Settings } from "../config.ts";
import { gateSettingNames } from "../gate-settings.ts";
import type { ShadowState } from "../messages/shadow.ts";

/**
 * The settings that may be changed through a box's shadow: a mistake in them makes a box unreachable
 * for minutes at most, and none changes which pin moves or whom the box trusts. `led`, `gateInput`,
 * `button` and `gates` are none of them: their pins are opened when the chip starts, so that a trial
 * would not notice a pin that stops the chip.
 */
export const changeableSettings = [
  "networks",
  "pulseMs",
  "cooldownMs",
  "travelMs",
  "timeServers",
  "appUrl",
] as const satisfies readonly (keyof Settings)[];

/** Checked for its names only; it may contain passwords. */
export type SettingsChange = Readonly<
  Partial<Record<(typeof changeableSettings)[number], unknown>>
>;

const mostReasons = 4;
const longestReason = 120;

/** The same reasons, so few and so short that they fit into a report. */
export function boundedReasons(reasons: readonly string[]): readonly string[] {
  return reasons
    .slice(0, mostReasons)
    .map((each) => (each.length > longestReason ? `${each.slice(0, longestReason - 1)}…` : each));
}

/** @returns what is wanted, or one reason for each name that may not be changed */
export function readChange(desired: ShadowState): SettingsChange | readonly string[] {
  const refused = Object.keys(desired).filter(
    (name) => !changeableSettings.some((each) => each === name),
  );
  if (refused.length > 0) {
    return refused.slice(0, mostReasons).map((name) => `${name} cannot be changed from here`);
  }
  return desired;
}

const reportedSettings = [
  ...gateSettingNames,
  "gates",
  "button",
  "network",
  "timeServers",
  "led",
  "appUrl",
] as const satisfies readonly (keyof Settings)[];

/** What a shadow shows of a box. Of a network, it shows whether there is a password, and not which. */
export function reportedState(settings: Settings, firmware: string): ShadowState {
  const state: Record<string, unknown> = { firmware };
  // What describes a gate is said once: in `gates`, or for the only one.
  const saidElsewhere: readonly string[] =
    settings.gates.length === 0 ? ["gates"] : gateSettingNames;
  for (const name of reportedSettings) {
    if (settings[name] !== undefined && !saidElsewhere.includes(name)) state[name] = settings[name];
  }
  state.networks = settings.networks.map(({ SSID, password }) => ({
    SSID,
    secured: password !== undefined,
  }));
  return state;
}

/**
 * What has to be reported so that a shadow shows `state`; `null` for a setting that the box has no
 * more. What else the shadow has is left alone.
 * @returns undefined if nothing has to be
 */
export function unreportedMembers(state: ShadowState, shown: ShadowState): ShadowState | undefined {
  const members: Record<string, unknown> = {};
  for (const name of Object.keys(state)) {
    if (!isSame(state[name], shown[name])) members[name] = state[name];
  }
  for (const name of reportedSettings) {
    if (state[name] === undefined && shown[name] !== undefined) members[name] = null;
  }
  return Object.keys(members).length === 0 ? undefined : members;
}

/** Of two values of JSON. The order of an object's members does not matter. */
export function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object") return one === other;
  if (one === null || other === null || Array.isArray(one) !== Array.isArray(other)) {
    return one === other;
  }
  const [ours, theirs] = [one as ShadowState, other as ShadowState];
  const names = Object.keys(ours);
  return (
    names.length === Object.keys(theirs).length &&
    names.every((name) => name in theirs && isSame(ours[name], theirs[name]))
  );
}
