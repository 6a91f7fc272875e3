import assert from "node:assert/strict";
import { connectedMessage, disconnectedMessage, hasPresence } from "./presence.ts";

const subject = {
  clientId: "lot-1",
  sessionIdentifier: "00000000-0000-0000-0000-000000000000",
  principalIdentifier: "0123",
  versionNumber: 3,
};

describe("presence", () => {
  it("reports who connected, and from where", () => {
    const { topic, payload } = connectedMessage(subject, 1_700_000_000_000, "127.0.0.1");
    assert.equal(topic, "$aws/events/presence/connected/lot-1");
    assert.deepEqual(JSON.parse(payload), {
      ...subject,
      timestamp: 1_700_000_000_000,
      eventType: "connected",
      ipAddress: "127.0.0.1",
    });
  });

  it("reports who disconnected, why, and whether the client initiated it", () => {
    const { topic, payload } = disconnectedMessage(subject, 5, "DUPLICATE_CLIENTID");
    assert.equal(topic, "$aws/events/presence/disconnected/lot-1");
    const disconnected = { ...subject, timestamp: 5, eventType: "disconnected" };
    assert.deepEqual(JSON.parse(payload), {
      ...disconnected,
      clientInitiatedDisconnect: false,
      disconnectReason: "DUPLICATE_CLIENTID",
    });
    const farewell = disconnectedMessage(subject, 5, "CLIENT_INITIATED_DISCONNECT");
    assert.deepEqual(JSON.parse(farewell.payload), {
      ...disconnected,
      clientInitiatedDisconnect: true,
      disconnectReason: "CLIENT_INITIATED_DISCONNECT",
    });
  });

  it("is not published for a client id with wildcards", () => {
    assert.ok(hasPresence("lot-1/a b"));
    assert.ok(!hasPresence("lot+1"));
    assert.ok(!hasPresence("#"));
  });
});
