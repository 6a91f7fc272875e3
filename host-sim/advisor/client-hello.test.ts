import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { sortSuites } from "./cipher-suites.ts";
import { readClientHello } from "./client-hello.ts";

/** The first message of Node's TLS. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const accepted = once(server, "connection");
  const socket = connect(address.port, "127.0.0.1");
  const client = connectTls({ ...options, socket });
  client.on("error", () => {});
  const [peer] = await accepted;
  const [bytes] = await once(peer, "data");
  client.destroy();
  peer.destroy();
  server.close();
  return bytes;
}

describe("readClientHello", () => {
  let bytes: Buffer;

  before(async () => {
    bytes = await helloOf({
      servername: "broker.test",
      ALPNProtocols: ["x-amzn-mqtt-ca", "mqtt"],
      ciphers: "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
      maxVersion: "TLSv1.2",
    });
  });

  it("finds suites, SNI and ALPN in what a real client sends", () => {
    const result = readClientHello(bytes);
    assert.ok(result.type === "hello");
    const { cipherSuites, serverName, protocols } = result.hello;
    assert.deepEqual(cipherSuites, [0xc02f, 0xc02b, 0x00ff]);
    assert.equal(serverName, "broker.test");
    assert.deepEqual(protocols, ["x-amzn-mqtt-ca", "mqtt"]);
  });

  it("finds none if none are sent", async () => {
    const result = readClientHello(await helloOf({}));
    assert.ok(result.type === "hello");
    assert.equal(result.hello.serverName, undefined);
    assert.deepEqual(result.hello.protocols, []);
  });

  it("waits until it is complete, byte by byte, and in two records", () => {
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(readClientHello(bytes.subarray(0, length)).type, "incomplete", `${length}`);
    }
    const record = (body: Buffer) =>
      Buffer.concat([Buffer.from([22, 3, 1, body.length >> 8, body.length & 0xff]), body]);
    const split = [record(bytes.subarray(5, 60)), record(bytes.subarray(60))];
    assert.deepEqual(readClientHello(Buffer.concat(split)), readClientHello(bytes));
  });

  it("reports what is not a ClientHello", () => {
    const detailOf = (what: Buffer) => {
      const result = readClientHello(what);
      return result.type === "malformed" ? result.detail : result.type;
    };
    assert.match(detailOf(Buffer.from("GET / HTTP/1.1\r\n")), /a record of type 71/);
    assert.match(detailOf(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])), /handshake message 2/);
    assert.match(detailOf(Buffer.from([22, 3, 1, 0, 4, 1, 0xff, 0, 0])), /bytes long/);
    assert.match(detailOf(Buffer.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 3])), /shorter than its fields/);
  });

  it("handles fields with wrong lengths", () => {
    for (let at = 9; at < bytes.length; at++) {
      const wrong = Buffer.from(bytes);
      wrong.writeUInt8(0xff, at);
      assert.notEqual(readClientHello(wrong).type, "incomplete", `${at}`);
    }
  });
});

describe("sortSuites", () => {
  it("classifies suites by AWS's support, and ignores signals and GREASE", () => {
    assert.deepEqual(sortSuites([0x1301, 0xc02f, 0xc030, 0x009e, 0x00ff, 0x5600, 0x2a2a]), {
      recommended: ["TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
      supported: ["ECDHE-RSA-AES256-GCM-SHA384"],
      foreign: ["0x009e"],
    });
  });
});
