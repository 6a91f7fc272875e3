import { isIP } from "node:net";
import type { Settings } from "../../device/config.ts";
import type { Verdict } from "../../device/xs/tls/chain.ts";
import { untrustedWords } from "../certs/box-trust.ts";
import { dayOf } from "../certs/parse.ts";
import { failed, type Judgement, ok, unknown, warning } from "./finding.ts";
import type { DnsResult, TcpResult } from "./tcp-probe.ts";
import type { TimeAnswer } from "./time-probe.ts";
import type { Handshake } from "./tls-probe.ts";

/** Turns the results on the path to the broker into findings. Pure functions. */

/** The kind of an endpoint. The certificate of a legacy endpoint does not lead to an Amazon root. */
export type EndpointKind = "data-ats" | "legacy" | "other-aws" | "not-aws";

export function kindOfEndpoint(endpoint: string): EndpointKind {
  const name = endpoint.toLowerCase();
  // .com, .com.cn, .eu: the domain depends on AWS's partition.
  const [, own] = /^(.*)\.amazonaws\.[a-z.]+$/.exec(name) ?? [];
  if (own === undefined) return "not-aws";
  if (/^[a-z\d]+-ats\.iot\.[a-z\d-]+$/.test(own)) return "data-ats";
  if (/^[a-z\d]+\.iot\.[a-z\d-]+$/.test(own)) return "legacy";
  return "other-aws";
}

/** Finds valid settings that cannot work on AWS. */
export function judgeSettings({ thingName, endpoint, port, alpn }: Settings): Judgement {
  const kind = kindOfEndpoint(endpoint);
  if (kind === "other-aws") {
    return failed("wrong-endpoint", `${endpoint} is an AWS endpoint, but not for devices`);
  }
  if (kind === "legacy") {
    return warning("wrong-endpoint", `${endpoint} is AWS's legacy endpoint, without -ats`);
  }
  if (kind === "data-ats" && port === 443 && !alpn) {
    return failed("alpn-missing", `${endpoint}, port 443, without ALPN`);
  }
  return ok(`${thingName} at ${endpoint}, port ${port}`);
}

/** @param skewMs how far the clock may be off before boxes refuse its commands: `clockSkewMs` */
export function judgeClock(answer: TimeAnswer | undefined, skewMs: number): Judgement {
  if (answer === undefined) {
    return unknown(
      "no time server answers, perhaps because this network blocks UDP 123; the box's network must allow it",
    );
  }
  const { server, aheadMs } = answer;
  if (isClockWrong(answer, skewMs)) {
    const seconds = Math.round(Math.abs(aheadMs) / 1_000);
    const by = seconds < 7_200 ? `${seconds} s` : `${Math.round(seconds / 3_600)} hours`;
    return failed("clock-wrong", `${by} ${aheadMs > 0 ? "ahead" : "behind"} of ${server}`);
  }
  return ok(`within ${Math.max(1, Math.round(Math.abs(aheadMs)))} ms of ${server}`);
}

export function isClockWrong(answer: TimeAnswer | undefined, skewMs: number): boolean {
  return answer !== undefined && Math.abs(answer.aheadMs) > skewMs;
}

export function judgeDns(endpoint: string, result: DnsResult): Judgement {
  if (result.type === "silent") return failed("no-dns", `no answer about ${endpoint}`);
  if (result.type === "addresses") {
    const [address] = result.addresses;
    if (address === undefined) return failed("no-ipv4", `${endpoint} has no IPv4 address`);
    if (isIP(endpoint) !== 0) return ok(`${endpoint} is an IP address`);
    return ok(`${endpoint} resolves to ${result.addresses.slice(0, 3).join(", ")}`);
  }
  const { code } = result;
  if (code === "EAI_AGAIN" || code === "ESERVFAIL") return failed("no-dns", `no answer (${code})`);
  if (code === "ENODATA") return failed("no-ipv4", `${endpoint} has no IPv4 address`);
  return failed("endpoint-unresolved", `${endpoint} does not exist (${code})`);
}

/** @param other AWS's other port, if it was tried */
export function judgeTcp(
  port: number,
  result: TcpResult,
  other: { readonly port: number; readonly result: TcpResult } | undefined,
): Judgement {
  const also =
    other === undefined
      ? ""
      : `; port ${other.port} ${other.result.type === "open" ? "is open" : "is not"}`;
  switch (result.type) {
    case "open":
      return ok(`port ${port} is open${also}`);
    case "refused":
      return failed("port-refused", `port ${port} refused the connection${also}`);
    case "silent":
      return failed("port-blocked", `port ${port} does not answer${also}`);
    case "unreachable":
      return failed("unreachable", `port ${port}: ${result.code}${also}`);
  }
}

/** The facts for judging the server's certificate. */
export interface TrustFacts {
  readonly caName: string;
  readonly endpointKind: EndpointKind;
  readonly clockIsWrong: boolean;
  /** whether a public CA signed the server's certificate */
  readonly isPublic: boolean;
  /** what the box itself decides; undefined: the server sent no certificate */
  readonly verdict: Verdict | undefined;
}

/** Alerts about the client's certificate (RFC 5246, 7.2.2). */
const certificateAlerts =
  /^(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA$|ACCESS_DENIED|DECRYPT_ERROR)/;

/**
 * The `tls` finding: whether the server speaks TLS. {@link judgeServer} judges its certificate.
 * @param verdict what the box decides about the server; undefined: the server sent no certificate
 */
export function judgeTls(
  handshake: Handshake,
  alpn: boolean,
  verdict: Verdict | undefined,
): Judgement {
  const with_ = alpn ? ", ALPN x-amzn-mqtt-ca" : "";
  switch (handshake.type) {
    case "secure":
      return ok(`${handshake.server.protocol}, ${handshake.server.cipher}${with_}`);
    case "untrusted":
      return ok(`the server speaks TLS${with_}`);
    case "alert": {
      const { alert } = handshake;
      const seen = `the server refuses the handshake (alert ${alert.toLowerCase()})`;
      // The box would end the handshake first, so the server's certificate is to blame.
      if (verdict?.isTrusted === false) return ok(`the server speaks TLS${with_}`);
      if (certificateAlerts.test(alert)) return failed("certificate-refused", seen);
      if (alert === "NO_APPLICATION_PROTOCOL") return failed("alpn-refused", seen);
      if (/^(PROTOCOL_VERSION|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY)$/.test(alert)) {
        return failed("tls-version", seen);
      }
      return failed("tls-failed", seen);
    }
    case "not-tls":
      return failed("not-tls", "the answer is not TLS");
    case "closed":
      // The `connect` finding reports the cause.
      if (handshake.isPresented)
        return ok("the server speaks TLS, but closes the connection at the end of the handshake");
      return failed("tls-failed", "the server closed the connection during the handshake");
    case "silent":
      return failed("not-tls", "no answer to the handshake");
    case "failed":
      return failed("tls-failed", handshake.detail);
  }
}

/** The `server` finding: whether the box would trust the server. */
export function judgeServer(handshake: Handshake, trust: TrustFacts): Judgement | undefined {
  const { caName, endpointKind, verdict } = trust;
  if (verdict?.isTrusted === false) return judgeRefusal(handshake, trust, verdict);
  if (handshake.type === "secure") {
    const { notAfter } = handshake.server;
    const until = notAfter === undefined ? "" : `, until ${dayOf(notAfter)}`;
    const leads = `its certificate leads to ${caName}, the box's ca.der${until}`;
    return endpointKind === "not-aws" || /\bAmazon Root CA [1-4]$/.test(caName)
      ? ok(leads)
      : warning("ca-wrong", `${leads}; AWS's roots are Amazon Root CA 1 to 4`);
  }
  if (handshake.type === "closed" && handshake.isPresented) {
    return unknown("the server closed the connection before its certificate could be checked");
  }
  if (handshake.type !== "untrusted") return undefined;
  return unknown(`the box trusts the server, but this machine does not (${handshake.code})`);
}

/** The box's own reason. `verdict.certificate` is a position; one past the end is the root. */
function judgeRefusal(
  { chain, ...handshake }: Handshake,
  { caName, endpointKind, clockIsWrong, isPublic }: TrustFacts,
  { reason, certificate }: Extract<Verdict, { readonly isTrusted: false }>,
): Judgement {
  const isRoot = certificate >= chain.length;
  const which = isRoot
    ? `${caName}, the box's ca.der,`
    : certificate === 0
      ? "the server's certificate"
      : `certificate ${certificate + 1} of the server's chain`;
  const seen = `${which} ${untrustedWords[reason]}`;
  switch (reason) {
    case "name": {
      const names = handshake.type === "untrusted" ? handshake.names : "";
      return failed("wrong-endpoint", `the certificate is for ${names || "other names"}`);
    }
    case "expired":
    case "not-yet-valid":
      if (clockIsWrong) return failed("clock-wrong", `${seen} by this clock`);
      return failed(isRoot ? "ca-wrong" : "server-expired", `${seen} by this clock`);
    case "issuer":
    case "signature": {
      if (endpointKind === "legacy") {
        return failed(
          "wrong-endpoint",
          "this is AWS's legacy endpoint, which does not use an Amazon root",
        );
      }
      const by = isPublic ? "by a public CA, not" : "not";
      return failed("server-untrusted", `signed ${by} by ${caName}, the box's ca.der`);
    }
    default:
      return failed(isRoot ? "root-refused" : "server-refused", seen);
  }
}
