import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type ConnectionOptions, connect, createServer, type TLSSocket } from "node:tls";
import {
  createAuthority,
  type Identity,
  issueClient,
  issueServer,
} from "../../host-sim/pki/authority.ts";

/**
 * Makes a mutual TLS connection on loopback. Resolves with the client's name as the server saw it.
 * Rejects with the reason of the end that refused.
 */
async function shakeHands(
  server: Identity & { issuersPem: string; clientsPem: string },
  options: ConnectionOptions,
): Promise<string> {
  const listener = createServer(
    {
      // the version and suite that XS supports
      maxVersion: "TLSv1.2",
      ciphers: "ECDHE-RSA-AES128-GCM-SHA256",
      cert: server.certificatePem + server.issuersPem,
      key: server.keyPem,
      ca: server.clientsPem,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (socket: TLSSocket) => socket.end(String(socket.getPeerCertificate().subject.CN)),
  );
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  let refusal: Error | undefined;
  listener.once("tlsClientError", (error) => {
    refusal = error;
  });
  try {
    const client = connect({ host: "127.0.0.1", port, servername: "localhost", ...options });
    const seen = await text(client);
    // Node's server closes the connection of a refused client without an alert
    if (seen === "") throw refusal ?? new Error("the server said nothing");
    return seen;
  } finally {
    listener.close();
  }
}

describe("a mutual TLS handshake", () => {
  let root: Identity;
  let intermediate: Identity;
  let server: Identity & { issuersPem: string; clientsPem: string };
  let box: Identity;
  let strangers: Identity;

  before(async () => {
    root = await createAuthority();
    strangers = await createAuthority();
    intermediate = await createAuthority({ issuer: root, pathLength: 0 });
    box = await issueClient(root, "lot-1");
    server = {
      ...(await issueServer(intermediate)),
      issuersPem: intermediate.certificatePem,
      clientsPem: root.certificatePem,
    };
  });

  const as = (client: Identity): ConnectionOptions => ({
    ca: root.certificatePem,
    cert: client.certificatePem,
    key: client.keyPem,
  });

  it("succeeds through an intermediate, and the server learns the thing's name", async () => {
    assert.equal(await shakeHands(server, as(box)), "lot-1");
  });

  it("succeeds with an IP address", async () => {
    assert.equal(await shakeHands(server, { ...as(box), servername: "" }), "lot-1");
  });

  it("is refused by the server: the client's CA is not trusted", async () => {
    const { keyPem } = box;
    const stranger = await issueClient(strangers, "lot-1", { keyPem });
    await assert.rejects(shakeHands(server, as(stranger)), { code: /TLS|ECONNRESET|SSL/ });
  });

  it("is refused by the server: the client presents a server certificate", async () => {
    const wrong = await issueServer(root, [], { keyPem: box.keyPem });
    await assert.rejects(shakeHands(server, as(wrong)), { code: /TLS|ECONNRESET|SSL/ });
  });

  it("is refused by the client: another CA", async () => {
    const trusting = { ...as(box), ca: strangers.certificatePem };
    await assert.rejects(shakeHands(server, trusting), {
      code: /UNABLE_TO_GET_ISSUER|SELF_SIGNED/,
    });
  });

  it("is refused by the client: another name", async () => {
    const elsewhere = { ...as(box), servername: "gate.example.org" };
    await assert.rejects(shakeHands(server, elsewhere), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  it("is refused by the client: expired", async () => {
    const { keyPem } = server;
    const notAfter = new Date(Date.now() - 60_000);
    const over = await issueServer(intermediate, [], { keyPem, notAfter });
    await assert.rejects(shakeHands({ ...server, ...over }, as(box)), { code: "CERT_HAS_EXPIRED" });
  });

  it("is refused by the client: the issuer is not a CA", async () => {
    const { keyPem } = server;
    const forged = await issueServer(box, [], { keyPem });
    const posing = { ...server, ...forged, issuersPem: box.certificatePem };
    await assert.rejects(shakeHands(posing, as(box)), (error: Error) => {
      // the text differs between OpenSSL's versions
      assert.match(error.message, /invalid CA|certificate signing/);
      return true;
    });
  });

  it("is refused by the client: more CAs than the path length allows", async () => {
    const below = await createAuthority({ issuer: intermediate, keyPem: strangers.keyPem });
    const { keyPem } = server;
    const deep = await issueServer(below, [], { keyPem });
    const issuersPem = below.certificatePem + intermediate.certificatePem;
    await assert.rejects(shakeHands({ ...server, ...deep, issuersPem }, as(box)), {
      code: "PATH_LENGTH_EXCEEDED",
    });
  });
});
