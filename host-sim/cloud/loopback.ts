import { networkInterfaces } from "node:os";

/** Where servers for this machine alone listen: IPv4's loopback, or IPv6's on a machine without IPv4. */
export function loopbackAddress(): "127.0.0.1" | "::1" {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const hasLoopback = (version: "IPv4" | "IPv6") =>
    addresses.some(({ family, internal }) => family === version && internal);
  return !hasLoopback("IPv4") && hasLoopback("IPv6") ? "::1" : "127.0.0.1";
}

/** Host and port as a URL names them: IPv6's address is in brackets (RFC 3986, 3.2.2). */
export function loopbackAuthority(port: number): string {
  const address = loopbackAddress();
  return address === "::1" ? `[${address}]:${port}` : `${address}:${port}`;
}
