import { consistsOf, isNameUnit } from "../characters.ts";

/**
 * AWS IoT Core's topics for provisioning by claim (developer guide, "Device provisioning MQTT API").
 * What is asked on the first of each three is answered on one of the other two, on the connection
 * that asked.
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

/** No thing's name has a dot: who may connect by this prefix can throw no box out. */
export const claimClientIdPrefix = "claim.";

function answered(request: string): ClaimTopic {
  return { request, accepted: `${request}/accepted`, rejected: `${request}/rejected` };
}
