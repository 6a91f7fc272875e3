import type { OidcSettings } from "./oidc-settings.ts";
import type { Claims } from "./provider.ts";

/** Whether one of the lists has this person: by group, by domain or by address. */
export function isAllowed({ verifiedEmail, groups }: Claims, { allow }: OidcSettings): boolean {
  if (groups.some((group) => allow.groups.includes(group))) return true;
  if (verifiedEmail === null) return false;
  const domain = verifiedEmail.slice(verifiedEmail.lastIndexOf("@") + 1);
  return allow.addresses.includes(verifiedEmail) || allow.domains.includes(domain);
}

/** @returns undefined where the provider has no say in it */
export function isAdministrator(
  { groups }: Claims,
  { adminGroup }: OidcSettings,
): boolean | undefined {
  return adminGroup === null ? undefined : groups.includes(adminGroup);
}
