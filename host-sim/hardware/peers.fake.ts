import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createServer as createTcpServer } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { HardwareUnderTest } from "../../device/hal.contract.ts";
import {
  createAuthority,
  type Identity,
  issueCertificate,
  issueClient,
  issueServer,
} from "../pki/authority.ts";
import { createRequest } from "../pki/request.ts";
import type { ClaimIdentity } from "./tls.ts";

interface Certificates {
  readonly ca: Identity;
  readonly device: Identity;
  /** of the device's own key, and the fleet's */
  readonly issued: Identity;
  readonly claim: Identity;
  readonly request: string;
  readonly server: Identity;
  /** another name, another CA, expired */
  readonly impostors: readonly Identity[];
}

const day = 24 * 60 * 60 * 1000;
let made: Promise<Certificates> | undefined;

async function certificates(): Promise<Certificates> {
  const ca = await createAuthority();
  const stranger = await createAuthority();
  const over = {
    notBefore: new Date(Date.now() - 3 * day),
    notAfter: new Date(Date.now() - day),
  };
  const device = await issueClient(ca, "built-in");
  return {
    ca,
    device,
    issued: await issueClient(ca, "issued", { keyPem: device.keyPem }),
    claim: await issueClient(ca, "claim", { notAfter: new Date(Date.now() + 30 * day) }),
    request: await createRequest(device.keyPem, "lot-1"),
    server: await issueServer(ca),
    impostors: [
      await issueCertificate({
        issuer: ca,
        profile: { type: "server", names: ["elsewhere.test"] },
        subject: "CN=elsewhere.test",
      }),
      await issueServer(stranger),
      await issueServer(ca, [], over),
    ],
  };
}

function portOf(server: { address(): unknown }): number {
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null && "port" in address);
  return Number(address.port);
}

/** TLS peers on loopback, as the hardware contract requires them. */
export interface Peers
  extends Pick<
    HardwareUnderTest,
    | "echo"
    | "clientOfEcho"
    | "issued"
    | "certificateEnds"
    | "receivedByEcho"
    | "hangUp"
    | "impostors"
    | "closedPort"
    | "dispose"
  > {
  /** a device's certificates, and the CA it trusts, PEM */
  readonly device: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly claim: ClaimIdentity;
}

const endOf = ({ certificatePem }: Identity) =>
  Date.parse(new X509Certificate(certificatePem).validTo);

export async function makePeers(): Promise<Peers> {
  made ??= certificates();
  const { ca, device: own, issued, claim, request, server, impostors } = await made;
  let client = "";
  const received: Uint8Array[] = [];
  let isHungUp = false;
  const peers = new Set<TLSSocket>();
  const servers: Server[] = [];

  async function listen({ certificatePem, keyPem }: Identity): Promise<number> {
    const listener = createServer(
      {
        ca: ca.certificatePem,
        cert: certificatePem,
        key: keyPem,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (peer) => {
        peers.add(peer);
        // With TLS 1.3, the client may finish, and the test continue, before this runs.
        if (isHungUp) peer.end();
        client = String(peer.getPeerCertificate().subject.CN);
        peer.on("error", () => {});
        peer.on("data", (bytes: Uint8Array) => {
          received.push(bytes);
          peer.write(bytes);
        });
      },
    );
    servers.push(listener);
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    return portOf(listener);
  }

  const unused = createTcpServer();
  await new Promise<void>((resolve) => unused.listen(0, "127.0.0.1", resolve));
  const closedPort = portOf(unused);
  await new Promise((resolve) => unused.close(resolve));

  const host = "localhost";
  return {
    device: { ca: ca.certificatePem, cert: own.certificatePem, key: own.keyPem },
    claim: {
      certificate: claim.certificatePem,
      key: claim.keyPem,
      request,
      ownKey: own.keyPem,
      ca: ca.certificatePem,
    },
    issued: issued.certificateDer,
    certificateEnds: {
      builtIn: endOf(own),
      issued: endOf(issued),
      claim: endOf(claim),
    },
    clientOfEcho: () => client,
    echo: { host, port: await listen(server) },
    receivedByEcho: () => new Uint8Array(Buffer.concat(received)),
    hangUp: () => {
      isHungUp = true;
      for (const peer of peers) peer.end();
    },
    impostors: await Promise.all(
      impostors.map(async (identity) => ({ host, port: await listen(identity) })),
    ),
    closedPort,
    dispose: async () => {
      for (const peer of peers) peer.destroy();
      await Promise.all(servers.map((each) => new Promise((resolve) => each.close(resolve))));
    },
  };
}
