import { isIP } from "node:net";
import type { Settings } from "../../device/config.ts";
import { dayOf } from "../certs/parse.ts";
import { failed, type Judgement, ok, unknown, warning } from "./finding.ts";
import type { DnsResult, TcpResult } from "./tcp-probe.ts";
import type { TimeAnswer } from "./time-probe.ts";
import type { Handshake } from "./tls-probe.ts";

/** From what the way to the broker showed to what is wrong with it; pure. */

/** Which of AWS's endpoints a name is; the legacy one has a certificate of no Amazon root. */
export type EndpointKind = "data-ats" | "legacy" | "other-aws" | "not-aws";

export function kindOfEndpoint(endpoint: string): EndpointKind {
  const name = endpoint.toLowerCase();
  if (!/\.amazonaws\.com(\.cn)?$/.test(name)) return "not-aws";
  if (/^[a-z\d]+-ats\.iot\.[a-z\d-]+\.amazonaws\.com(\.cn)?$/.test(name)) return "data-ats";
  if (/^[a-z\d]+\.iot\.[a-z\d-]+\.amazonaws\.com(\.cn)?$/.test(name)) return "legacy";
  return "other-aws";
}

/** Settings that are sound by themselves, and yet lead nowhere on AWS. */
export function judgeSettings({ thingName, endpoint, port, alpn }: Settings): Judgement {
  const kind = kindOfEndpoint(endpoint);
  if (kind === "other-aws") {
    return failed("wrong-endpoint", `${endpoint} is AWS's, but no endpoint for devices`);
  }
  if (kind === "legacy") {
    return warning(
      "wrong-endpoint",
      `${endpoint} is AWS's legacy endpoint: there is no -ats in it`,
    );
  }
  if (kind === "data-ats" && port === 443 && !alpn) {
    return failed("alpn-missing", `${endpoint}, port 443, without ALPN`);
  }
  return ok(`${thingName} at ${endpoint}, port ${port}`);
}

/** How far a clock may be off before commands it signs are refused: `clockSkewMs`, in ms. */
export function judgeClock(answer: TimeAnswer | undefined, skewMs: number): Judgement {
  if (answer === undefined) {
    return unknown(
      "no time server answers: UDP 123 is blocked here, perhaps; where the box is, one must be reached",
    );
  }
  const { server, aheadMs } = answer;
  if (isClockWrong(answer, skewMs)) {
    const seconds = Math.round(Math.abs(aheadMs) / 1_000);
    const by = seconds < 7_200 ? `${seconds} s` : `${Math.round(seconds / 3_600)} hours`;
    return failed("clock-wrong", `${by} ${aheadMs > 0 ? "ahead" : "behind"}, says ${server}`);
  }
  return ok(`right to ${Math.max(1, Math.round(Math.abs(aheadMs)))} ms, says ${server}`);
}

export function isClockWrong(answer: TimeAnswer | undefined, skewMs: number): boolean {
  return answer !== undefined && Math.abs(answer.aheadMs) > skewMs;
}

export function judgeDns(endpoint: string, result: DnsResult): Judgement {
  if (result.type === "silent") return failed("no-dns", `no answer about ${endpoint}`);
  if (result.type === "addresses") {
    const [address] = result.addresses;
    if (address === undefined) return failed("no-ipv4", `${endpoint} has no IPv4 address`);
    if (isIP(endpoint) !== 0) return ok(`${endpoint} is an address`);
    return ok(`${endpoint} is ${result.addresses.slice(0, 3).join(", ")}`);
  }
  const { code } = result;
  if (code === "EAI_AGAIN" || code === "ESERVFAIL") return failed("no-dns", `no answer (${code})`);
  if (code === "ENODATA") return failed("no-ipv4", `${endpoint} has no IPv4 address`);
  return failed("endpoint-unresolved", `there is no ${endpoint} (${code})`);
}

/** @param other the other port of AWS's two, where it was tried */
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
      return failed("port-refused", `port ${port} is refused${also}`);
    case "silent":
      return failed("port-blocked", `port ${port} does not answer${also}`);
    case "unreachable":
      return failed("unreachable", `port ${port}: ${result.code}${also}`);
  }
}

/** What the box's `ca.der` is, and how the same server fares with the public CAs. */
export interface TrustFacts {
  readonly caName: string;
  readonly endpointKind: EndpointKind;
  readonly clockIsWrong: boolean;
  /** the server is trusted by the public CAs; undefined: not tried */
  readonly isPublic: boolean | undefined;
}

/** What alerts say of the client's certificate (RFC 5246, 7.2.2). */
const certificateAlerts =
  /^(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA$|ACCESS_DENIED|DECRYPT_ERROR)/;

/** The `tls` line: whether there is TLS at all. A certificate of the server's that is refused is {@link judgeServer}'s. */
export function judgeTls(handshake: Handshake, alpn: boolean): Judgement {
  const with_ = alpn ? ", ALPN x-amzn-mqtt-ca" : "";
  switch (handshake.type) {
    case "secure":
      return ok(`${handshake.server.protocol}, ${handshake.server.cipher}${with_}`);
    case "untrusted":
      return ok(`the server speaks TLS${with_}`);
    case "alert": {
      const { alert } = handshake;
      const seen = `the server refuses the handshake (alert ${alert.toLowerCase()})`;
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
      // What follows from it is for the `connect` line.
      if (handshake.isPresented)
        return ok("the server speaks TLS, and hangs up as it ends the handshake");
      return failed("tls-failed", "hung up on in the middle of the handshake");
    case "silent":
      return failed("not-tls", "no answer to the handshake");
    case "failed":
      return failed("tls-failed", handshake.detail);
  }
}

/** The `server` line: whether the box would take the server for the broker. */
export function judgeServer(handshake: Handshake, trust: TrustFacts): Judgement | undefined {
  const { caName, endpointKind, clockIsWrong, isPublic } = trust;
  if (handshake.type === "secure") {
    const { notAfter } = handshake.server;
    const until = notAfter === undefined ? "" : `, until ${dayOf(notAfter)}`;
    const leads = `its certificate leads to ${caName}, the box's ca.der${until}`;
    return endpointKind === "not-aws" || /\bAmazon Root CA [1-4]$/.test(caName)
      ? ok(leads)
      : warning("ca-wrong", `${leads}; AWS's roots are called Amazon Root CA 1 to 4`);
  }
  if (handshake.type === "closed" && handshake.isPresented) {
    return unknown("hung up on before its certificate could be checked");
  }
  if (handshake.type !== "untrusted") return undefined;
  const { code, names } = handshake;
  if (/ALTNAME|HOSTNAME/.test(code)) {
    return failed("wrong-endpoint", `the certificate is for ${names || "other names"}`);
  }
  if (/EXPIRED|NOT_YET_VALID/.test(code)) {
    const seen = `the server's certificate is ${/EXPIRED/.test(code) ? "over" : "not valid yet"} by this clock`;
    return failed(clockIsWrong ? "clock-wrong" : "server-expired", seen);
  }
  if (endpointKind === "legacy") {
    return failed("wrong-endpoint", `this is AWS's legacy endpoint, of no Amazon root (${code})`);
  }
  const by = isPublic ? "by a public CA, not" : "not";
  return failed("server-untrusted", `signed ${by} by ${caName}, the box's ca.der (${code})`);
}
