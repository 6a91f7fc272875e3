import { type Verdict, verifyChain } from "../../../device/xs/tls/chain.ts";
import { handleMessages } from "../program/handle.ts";
import { decodeAnswer, encodeMessage } from "../protocol.ts";

declare function issueCommand(message: ArrayBuffer): ArrayBuffer;

/** Bytes in JSON form. */
export type Octets = readonly number[];

/** The program's requests to the host. */
export interface ChainCalls {
  verify(hash: string, spki: Octets, data: Octets, signature: Octets): boolean;
}

/** The host's requests to the program. */
export interface ChainEvents {
  judge(
    chain: readonly Octets[],
    root: Octets,
    host: string,
    date: number,
  ): { readonly verdict: string };
}

handleMessages<ChainEvents>({
  judge(chain, root, host, date) {
    const verdict = verifyChain({
      chain: chain.map((each) => Uint8Array.from(each)),
      roots: [Uint8Array.from(root)],
      host,
      date,
      verifier: {
        verify({ algorithm, key, data, signature }) {
          const values = [algorithm.hash, [...key.spki], [...data], [...signature]];
          const answer = issueCommand(encodeMessage("verify", values).buffer as ArrayBuffer);
          return decodeAnswer(new Uint8Array(answer)) === true;
        },
      },
    });
    return { verdict: told(verdict) };
  },
});

function told(verdict: Verdict): string {
  return verdict.isTrusted ? "trusted" : `${verdict.reason} ${verdict.certificate}`;
}
