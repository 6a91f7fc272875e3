/** Schemas of what browsers answer with passkeys [WebAuthn, 5.1]. */
import * as v from "valibot";
import { said } from "./language.ts";

const base64url = v.pipe(
  v.string(said((field) => field.text)),
  v.regex(
    /^[\w-]+$/,
    said((field) => field.base64url),
  ),
  v.maxLength(
    8_192,
    said((field) => field.maximumLength(8_192)),
  ),
);
const shared = {
  id: base64url,
  rawId: base64url,
  type: v.literal("public-key"),
  authenticatorAttachment: v.exactOptional(v.picklist(["platform", "cross-platform"])),
  // Nothing reads them, so any value is accepted.
  clientExtensionResults: v.pipe(
    v.unknown(),
    v.transform(() => ({})),
  ),
};
/** What a browser answers at a sign-in. */
export const assertion = v.object({
  ...shared,
  response: v.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: v.exactOptional(base64url),
  }),
});
const transport = v.pipe(
  v.string(said((field) => field.text)),
  v.regex(
    /^[a-z-]{1,20}$/,
    said((field) => field.transport),
  ),
);
/** What a browser answers when a passkey is created. */
export const attestation = v.object({
  ...shared,
  response: v.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: v.exactOptional(
      v.pipe(
        v.array(transport),
        v.maxLength(
          8,
          said((field) => field.atMostEntries(8)),
        ),
      ),
    ),
  }),
});
