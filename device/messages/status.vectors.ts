import type { StatusReport } from "./status.ts";

/** A status of a box that has been up for a minute. */
export const healthyStatus: StatusReport = {
  state: "online",
  firmware: "0.1.0",
  uptimeMs: 60_000,
  resetReason: "power-on",
  rssi: -61,
  address: "10.0.0.9",
  heap: null,
  certificateEndsAt: null,
  opened: 0,
  refused: 0,
  lastOpenedAt: null,
  connections: 1,
  shortConnections: 0,
  protocolErrors: 0,
  capped: 0,
  droppedEvents: 0,
  gate: null,
  gates: null,
  update: null,
};
