import { type LinkSettings, readLinkSettings } from "./cloud/link-settings.ts";
import { parseWebSettings, type WebSettings } from "./service/settings.ts";
import { SettingReader, type SettingSource } from "./setting-reader.ts";

export type EnvironmentResult =
  | { readonly type: "settings"; readonly web: WebSettings; readonly link: LinkSettings }
  /** one line each; none contains a value, because it may be a secret */
  | { readonly type: "problems"; readonly problems: readonly string[] };

/** All settings of `boom-box web` from the environment, or everything that is wrong with them. */
export function readEnvironment(source: SettingSource): EnvironmentResult {
  const reader = new SettingReader(source);
  const link = readLinkSettings(reader);
  const web = parseWebSettings(source, reader.asked);
  const problems = [...(web.type === "problems" ? web.problems : []), ...reader.problems];
  if (problems.length > 0 || web.type === "problems" || link === undefined) {
    return { type: "problems", problems };
  }
  return { type: "settings", web: web.settings, link };
}
