import { printable } from "../../printable.ts";
import { type Case, minuteMs } from "../case.ts";
import { sortSuites } from "../cipher-suites.ts";
import { type CertificateKind, healthy } from "../script.ts";
import type { Transcript } from "../transcript.ts";
import { fail, pass, type Verdict, warn } from "../verdict.ts";

const timeoutMs = 2 * minuteMs;

/** Whether the transcript shows only a failed attempt, in words. */
function handshakeFailure(seen: Transcript): string {
  const closed = seen.first("closed");
  if (seen.connections === 0) return "it never connected";
  if (closed === undefined) return "the handshake did not complete";
  return `the handshake failed: ${printable(closed.alert ?? closed.detail ?? "disconnected")}`;
}

const connect: Case = {
  type: "played",
  name: "tls-connect",
  title: "TLS Connect",
  isQualifying: true,
  script: { certificate: "good", connections: [healthy] },
  timeoutMs,
  isOver: (seen) => seen.first("secured") !== undefined || seen.all("closed").length >= 2,
  judge(seen) {
    const secured = seen.first("secured");
    if (secured === undefined) return fail(handshakeFailure(seen));
    const hello = seen.first("hello", secured.connection)?.hello;
    if (hello?.serverName === undefined) return fail("no SNI: AWS IoT Core would not answer");
    const what = `${secured.protocol}, ${secured.cipher}, SNI ${printable(hello.serverName)}`;
    if (hello.protocols.length === 0) return pass(`${what}, no ALPN`);
    return warn(`${what}, ALPN ${printable(hello.protocols.join(", "))}, which is for port 443`);
  },
};

const suites: Case = {
  type: "played",
  name: "tls-cipher-suites",
  title: "TLS Device Support for AWS IoT Cipher Suites",
  isQualifying: true,
  script: { certificate: "good", connections: [healthy] },
  timeoutMs,
  isOver: (seen) => seen.first("hello") !== undefined,
  judge(seen) {
    const hello = seen.first("hello")?.hello;
    if (hello === undefined) return fail(handshakeFailure(seen));
    const sorted = sortSuites(hello.cipherSuites);
    if (sorted.foreign.length > 0) {
      return fail(`offers what AWS IoT Core does not support: ${sorted.foreign.join(", ")}`);
    }
    if (sorted.recommended.length === 0) {
      return fail(`offers none that is recommended, but ${sorted.supported.join(", ")}`);
    }
    const others = sorted.supported.length === 0 ? "" : `; besides ${sorted.supported.join(", ")}`;
    return pass(`offers ${sorted.recommended.join(", ")}${others}`);
  },
};

const large: Case = {
  type: "played",
  name: "tls-large-certificate",
  title: "TLS Large Size Server Cert",
  isQualifying: true,
  script: { certificate: "large", connections: [healthy] },
  timeoutMs,
  isOver: (seen) => seen.received("connect").length > 0 || seen.all("closed").length >= 2,
  judge(seen) {
    if (seen.first("secured") === undefined) return fail(handshakeFailure(seen));
    if (seen.received("connect").length === 0) return fail("it disconnected after the handshake");
    return pass("the handshake completed, and CONNECT was received");
  },
};

const fragmentBytes = 128 * 1024;

const fragments: Case = {
  type: "played",
  name: "tls-maximum-fragments",
  title: "TLS Receive Maximum Size Fragments",
  isQualifying: true,
  script: {
    certificate: "good",
    // Node's TLS fills records up to the maximum of 16 KB if it gets that much at once.
    connections: [{ ...healthy, steps: [{ type: "publish", bytes: fragmentBytes }] }],
  },
  timeoutMs,
  isOver: (seen) => seen.received("puback").length > 0 || hasHungUp(seen),
  judge(seen) {
    if (seen.sent("PUBLISH").length === 0) return fail("it never subscribed");
    if (hasHungUp(seen)) return fail("it disconnected at a payload of 128 KB");
    if (seen.received("puback").length === 0) return fail("no PUBACK for a payload of 128 KB");
    return pass("128 KB in records of 16 KB, acknowledged");
  },
};

function hasHungUp(seen: Transcript): boolean {
  return seen.all("closed").some(({ by }) => by === "client");
}

/**
 * An impostor counts as refused if the client closes the connection without sending application
 * data.
 */
function impostor(
  kind: CertificateKind,
  name: string,
  title: string,
  whose: string,
  withoutAlert: (why: string) => Verdict,
): Case {
  return {
    type: "played",
    name,
    title,
    isQualifying: true,
    script: { certificate: kind, connections: [healthy] },
    timeoutMs,
    isOver: (seen) => seen.first("received") !== undefined || seen.all("closed").length >= 2,
    judge(seen) {
      const said = seen.first("received");
      if (said !== undefined) {
        return fail(`sent ${said.packet.cmd.toUpperCase()} to a server whose certificate ${whose}`);
      }
      if (seen.first("malformed") !== undefined)
        return fail(`sent data to a server whose certificate ${whose}`);
      const refusals = seen
        .all("closed")
        .filter(({ by, connection }) => by === "client" && seen.first("hello", connection));
      const [first] = refusals;
      if (first === undefined) {
        return fail(
          seen.connections === 0 ? "it never connected" : "it did not refuse or continue",
        );
      }
      return first.alert === undefined
        ? withoutAlert("refused, without a TLS alert")
        : pass(`refused with the TLS alert "${printable(first.alert)}"`);
    },
  };
}

export const tlsCases: readonly Case[] = [
  connect,
  suites,
  large,
  fragments,
  impostor(
    "stranger",
    "tls-unsecure-certificate",
    "TLS Unsecure Server Cert (Not Signed by Recognized CA)",
    "is not signed by a CA it trusts",
    pass,
  ),
  impostor(
    "misnamed",
    "tls-incorrect-subject",
    "TLS Incorrect Subject Name Server Cert",
    "names another server",
    pass,
  ),
  impostor(
    "expired",
    "tls-expired-certificate",
    "TLS Expired Server Cert",
    "has expired",
    // AWS expects an alert: silence could also be a network fault.
    warn,
  ),
];
