import type { ConnectionState } from "../../device/core/connection.ts";
import { printable } from "../../host-sim/printable.ts";
import type { Failure } from "./view.ts";

interface Advice {
  /** the state that the box left */
  readonly state: ConnectionState;
  /** the beginning of its reason; empty: any */
  readonly reason: string;
  readonly cause: string;
  readonly wayOut: string;
}

/** What the reasons in a box's lines mean: device/README.md, "Troubleshooting". The first one that fits. */
const table: readonly Advice[] = [
  {
    state: "network",
    reason: "the network could not be joined",
    cause: "The box could not join the WiFi",
    wayOut:
      "Check name and password under Network. An ESP32 joins 2.4 GHz networks with WPA2 only, not WPA3 alone and not WPA2 Enterprise.",
  },
  {
    state: "network",
    reason: "no address within",
    cause: "The box joined the network, but got no address",
    wayOut: "Check the router's DHCP, and move the box nearer to the access point.",
  },
  {
    state: "network",
    reason: "",
    cause: "The box lost the network",
    wayOut: "Move the box nearer to the access point, and check its supply.",
  },
  {
    state: "time",
    reason: "",
    cause: "The box got no answer from a time server",
    wayOut:
      "Allow UDP port 123 to the internet, or set timeServers to a server inside your network in the box's settings.json.",
  },
  {
    state: "tls",
    reason: "unreachable",
    cause: "The box found no address for the broker",
    wayOut: "Check the broker's name under Certificate, and that the network has DNS.",
  },
  {
    state: "tls",
    reason: "refused",
    cause: "Nothing listens at the broker's address and port",
    wayOut:
      "Check the broker under Certificate. The stand-in is reached from other machines only with --stand-in-host.",
  },
  {
    state: "tls",
    reason: "certificate",
    cause: "The box does not trust the broker's certificate",
    wayOut:
      "Give it the CA that signed the broker's certificate, and a name that is in that certificate, under Certificate.",
  },
  {
    state: "tls",
    reason: "handshake",
    cause: "The broker refused the box's certificate, or speaks another protocol",
    wayOut: "Check port and certificate under Certificate, and look in the broker's log.",
  },
  {
    state: "tls",
    reason: "",
    cause: "The secure connection did not come about",
    wayOut:
      "Check broker and port under Certificate, and that no firewall blocks the port. The broker may have refused the box's certificate: its log says so.",
  },
  {
    state: "mqtt",
    reason: "not-authorized",
    cause: "The broker does not admit the box",
    wayOut: "Allow iot:Connect for this thing in its policy.",
  },
  {
    state: "mqtt",
    reason: "subscription-refused",
    cause: "The broker does not let the box hear its commands",
    wayOut: "Allow iot:Subscribe and iot:Receive on the box's command topic in its policy.",
  },
  {
    state: "mqtt",
    reason: "refused",
    cause: "The broker does not accept this name as a client, or is not available",
    wayOut: "Check the thing's name, and the broker's log.",
  },
  {
    state: "mqtt",
    reason: "",
    cause: "The broker closed the connection",
    wayOut:
      "Check that the certificate is active and has a policy, and that no other box has the same name.",
  },
  {
    state: "connected",
    reason: "",
    cause: "The box lost its connection",
    wayOut: "Check that no other box has the same name. The box connects again by itself.",
  },
];

/**
 * Why an attempt to connect failed, and what to do.
 * @param left the state before the backoff
 * @param reason the box's own words, untrusted
 */
export function adviceOn(left: ConnectionState, reason: string): Failure {
  const found = table.find((each) => each.state === left && reason.startsWith(each.reason));
  const cause = found?.cause ?? "The box did not connect";
  return {
    cause: reason === "" ? `${cause}.` : `${cause} (“${printable(reason)}”).`,
    wayOut: found?.wayOut ?? "The box tries again by itself.",
    field: null,
  };
}

/** Why a firmware waits although its files were written. @param detail the box's own words, untrusted */
export function waitingFor(detail: string): Failure {
  return {
    cause: `The firmware cannot use the settings (“${printable(detail)}”).`,
    wayOut:
      "Go back and correct it, or write the firmware again if it is another one, and write again.",
    field: null,
  };
}
