import { consistsOf, isNameUnit } from "../characters.ts";

/**
 * AWS IoT Core's topics for provisioning by claim (developer guide, "Device provisioning MQTT
 * API"). A request on the first topic of each three is answered on one of the other two, on the
 * same connection.
 */
export interface ClaimTopics {
  /** CreateCertificateFromCsr */
  readonly certificate: ClaimTopic;
  /** RegisterThing */
  readonly thing: ClaimTopic;
}

export interface ClaimTopic {
  readonly request: string;
  readonly accepted: string;
  readonly rejected: string;
}

/** `template` must have passed {@link isTemplateName}. */
export function claimTopicsOf(template: string): ClaimTopics {
  return {
    certificate: answered("$aws/certificates/create-from-csr/json"),
    thing: answered(`$aws/provisioning-templates/${template}/provision/json`),
  };
}

/** [CreateProvisioningTemplate: `[0-9A-Za-z_-]+`, 36 characters] */
export function isTemplateName(text: string): boolean {
  return consistsOf(text, isNameUnit, 1, 36);
}

/** Thing names contain no dot, so a client with this prefix cannot disconnect a box. */
export const claimClientIdPrefix = "claim.";

function answered(request: string): ClaimTopic {
  return { request, accepted: `${request}/accepted`, rejected: `${request}/rejected` };
}
