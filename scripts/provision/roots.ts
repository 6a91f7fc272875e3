import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { UserError } from "../command-line/user-error.ts";

/** RSA 2048 first, which is what a board gets; then P-256. */
const amazonRoots = ["Amazon Root CA 1", "Amazon Root CA 3"] as const;

/**
 * The roots that AWS IoT Core's Data-ATS endpoints lead to, from Node's own trust store: nothing is
 * fetched that could not be checked here.
 * @returns PEM, Amazon Root CA 1 first
 * @throws UserError when Node was built without them
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
