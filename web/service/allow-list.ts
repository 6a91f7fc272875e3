import type { OidcSettings } from "./oidc-settings.ts";
import type { Claims } from "./provider.ts";

/** Whether one of the lists contains the person's group, domain or address. */
export function isAllowed({ verifiedEmail, groups }: Claims, { allow }: OidcSettings): boolean {
  if (groups.some((group) => allow.groups.includes(group))) return true;
  if (verifiedEmail === null) return false;
  const domain = verifiedEmail.slice(verifiedEmail.lastIndexOf("@") + 1);
  return allow.addresses.includes(verifiedEmail) || allow.domains.includes(domain);
}

/** @returns undefined when the provider does not decide it */
export function isAdministrator(
  { groups }: Claims,
  { adminGroup }: OidcSettings,
): boolean | undefined {
  return adminGroup === null ? undefined : groups.includes(adminGroup);
}
