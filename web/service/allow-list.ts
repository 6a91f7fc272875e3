import type { OidcSettings } from "./oidc-settings.ts";
import { type Claims, domainOf } from "./provider.ts";

/** Whether one of the lists contains the person's group, domain or address. */
export function isAllowed({ verifiedEmail, groups }: Claims, { allow }: OidcSettings): boolean {
  if (groups?.some((group) => allow.groups.includes(group)) === true) return true;
  if (verifiedEmail === null) return false;
  return allow.addresses.includes(verifiedEmail) || allow.domains.includes(domainOf(verifiedEmail));
}

/**
 * What the claims lack to be judged by the lists. For the log: it has no address.
 * @returns undefined when nothing is missing, and the person is just not on a list
 */
export function missingClaim(
  { verifiedEmail, unverifiedDomain, groups }: Claims,
  { allow, groupsClaim }: OidcSettings,
): string | undefined {
  if (groups === null && allow.groups.length > 0) {
    return (
      `the provider left out the claim ${groupsClaim}, because the person is in too many groups; ` +
      "let it send only the groups that are assigned to this application"
    );
  }
  const needsEmail = allow.domains.length + allow.addresses.length > 0;
  if (!needsEmail || verifiedEmail !== null) return undefined;
  if (unverifiedDomain === null) {
    return "the provider sent no email address; add the claim email to the application";
  }
  return (
    `the provider did not confirm the address at ${unverifiedDomain}: email_verified is not true; ` +
    "for Microsoft Entra, add the optional claim xms_edov, or allow a group instead"
  );
}

/** @returns undefined when the provider does not decide it, or left the groups out */
export function isAdministrator(
  { groups }: Claims,
  { adminGroup }: OidcSettings,
): boolean | undefined {
  return adminGroup === null || groups === null ? undefined : groups.includes(adminGroup);
}
