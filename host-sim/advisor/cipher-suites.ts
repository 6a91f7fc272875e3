/**
 * The cipher suites of AWS IoT Core's security policies, with IANA's numbers, from its page
 * "Transport security in AWS IoT Core". Those that only the 2015 policy has (DHE) are omitted.
 */
const supported = new Map<number, string>([
  [0x1301, "TLS_AES_128_GCM_SHA256"],
  [0x1302, "TLS_AES_256_GCM_SHA384"],
  [0x1303, "TLS_CHACHA20_POLY1305_SHA256"],
  [0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256"],
  [0xc023, "ECDHE-ECDSA-AES128-SHA256"],
  [0xc009, "ECDHE-ECDSA-AES128-SHA"],
  [0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384"],
  [0xc024, "ECDHE-ECDSA-AES256-SHA384"],
  [0xc00a, "ECDHE-ECDSA-AES256-SHA"],
  [0xc02f, "ECDHE-RSA-AES128-GCM-SHA256"],
  [0xc027, "ECDHE-RSA-AES128-SHA256"],
  [0xc013, "ECDHE-RSA-AES128-SHA"],
  [0xc030, "ECDHE-RSA-AES256-GCM-SHA384"],
  [0xc028, "ECDHE-RSA-AES256-SHA384"],
  [0xc014, "ECDHE-RSA-AES256-SHA"],
  [0x009c, "AES128-GCM-SHA256"],
  [0x003c, "AES128-SHA256"],
  [0x002f, "AES128-SHA"],
  [0x009d, "AES256-GCM-SHA384"],
  [0x003d, "AES256-SHA256"],
  [0x0035, "AES256-SHA"],
]);

/** What AWS recommends: ECDHE with AES128-GCM in TLS 1.2; in TLS 1.3, any suite. */
const recommended = new Set([0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f]);

/** TLS_EMPTY_RENEGOTIATION_INFO_SCSV and TLS_FALLBACK_SCSV are signals, not ciphers. */
const signals = new Set([0x00ff, 0x5600]);

export interface SortedSuites {
  /** names of the recommended ones, in the client's order */
  readonly recommended: readonly string[];
  /** names of the other supported ones */
  readonly supported: readonly string[];
  /** unsupported ones, as `0x009f` */
  readonly foreign: readonly string[];
}

/** What a client offers, classified by AWS IoT Core's support. */
export function sortSuites(offered: readonly number[]): SortedSuites {
  const suites = offered.filter((suite) => !signals.has(suite) && !isGrease(suite));
  const nameOf = (suite: number) => supported.get(suite) ?? "";
  return {
    recommended: suites.filter((suite) => recommended.has(suite)).map(nameOf),
    supported: suites
      .filter((suite) => supported.has(suite) && !recommended.has(suite))
      .map(nameOf),
    foreign: suites
      .filter((suite) => !supported.has(suite))
      .map((suite) => `0x${suite.toString(16).padStart(4, "0")}`),
  };
}

/**
 * Reserved GREASE values that keep servers tolerant of unknown ones (RFC 8701): 0x0a0a, 0x1a1a, …
 */
function isGrease(suite: number): boolean {
  return (suite & 0x0f0f) === 0x0a0a && suite >> 8 === (suite & 0xff);
}
