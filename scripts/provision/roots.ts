import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { UserError } from "../command-line/user-error.ts";

/** The first (RSA 2048) goes onto a board; the second is P-256. */
const amazonRoots = ["Amazon Root CA 1", "Amazon Root CA 3"] as const;

/**
 * The roots of AWS IoT Core's Data-ATS endpoints, from Node's own trust store. A download would need
 * a check of its own.
 * @returns PEM, Amazon Root CA 1 first
 * @throws UserError when this Node's trust store does not contain them
 */
export function amazonRootsPem(): string {
  const roots = rootCertificates.map((pem) => new X509Certificate(pem));
  return amazonRoots
    .map((name) => {
      const wanted = `C=US\nO=Amazon\nCN=${name}`;
      const root = roots.find(({ subject, issuer }) => subject === wanted && issuer === wanted);
      if (root?.ca && root.verify(root.publicKey)) return root.toString();
      throw new UserError(
        `${name} is not in this Node's trust store: use Node from nodejs.org, or name a file with --ca`,
      );
    })
    .join("");
}
