/** The composition root on Moddable: pin LOW first, then the hardware, then the agent. */

import Resource from "Resource";
import getResetReason from "resetReason";
import Digital from "embedded:io/digital";
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import UDP from "embedded:io/socket/udp";
import KeyValue from "embedded:storage/key-value";
import { openBoard, timeServerPort } from "boom-box/board";
import { openNetwork } from "boom-box/network";
import RNG from "rng";
import Time from "time";
import Timer from "timer";
import { Agent, type AgentOptions } from "./agent.ts";
import { numberLimits, parseSettings } from "./config.ts";
import { toLine } from "./record-line.ts";
import { firmwareVersion } from "./version.ts";
import type { Credentials } from "./xs/credentials.ts";
import { createXsDevice } from "./xs/device.ts";
import { openGatePin } from "./xs/gate-pin.ts";
import { readSettings } from "./xs/settings.ts";

/** Needed only at the start, then released: on the board, every object counts. */
function boot(): void {
  const input = readSettings(new Resource("settings.json"));
  const pin = typeof input.pin === "number" ? input.pin : numberLimits.pin.default;
  // LOW before anything else on the board is accessed.
  const gpio = openGatePin(Digital, pin);
  const board = openBoard();
  const gatePin = board.withPulses(gpio, pin);
  /** XS calls it before it aborts: out of memory, or an uncaught error. */
  const abort = (why: string, error: unknown) => {
    gatePin.write(0);
    say({ type: "abort", why, error: String(error) });
  };
  Object.assign(globalThis, { abort });

  const device = createXsDevice({
    gatePin,
    openNetwork,
    freeHeap: board.freeHeap,
    port: timeServerPort,
    time: Time,
    nativeTimer: Timer,
    udp: UDP,
    tcp: TCP,
    tls: TLSSocket,
    rng: RNG,
    keyValue: KeyValue,
    getResetReason,
    resolve: (host, callback) => System.resolve(host, callback),
    ...readCredentials((input.claim ?? undefined) !== undefined),
    onFailure: (detail) => say({ type: "failure", detail }),
  });
  const result = parseSettings(input);
  if (result.type === "problems") {
    // `boom-box build` refuses such settings. An image made in another way keeps the pin LOW and
    // reports why.
    for (const problem of result.problems) say({ type: "settings", problem });
    return;
  }
  const { clock } = device;
  let isConfirmed = false;
  const onRecord: AgentOptions["onRecord"] = (record) => {
    say(toLine(record, Math.round(clock.now().ticks)));
    if (isConfirmed || record.type !== "connection" || record.state !== "connected") return;
    isConfirmed = true;
    board.confirmFirmware();
  };
  const { settings } = result;
  new Agent({ device, settings, firmware: firmwareVersion, onRecord }).start();
}

/** An image has either the box's certificate or everything needed to claim one. */
function readCredentials(isClaiming: boolean): Credentials {
  const secure = {
    certificate: new Resource("ca.der"),
    clientCertificates: isClaiming ? [] : [new Resource("certificate.der")],
    clientKey: new Resource("private-key.der"),
  };
  if (!isClaiming) return { secure };
  const claim = {
    clientCertificates: [new Resource("claim-certificate.der")],
    clientKey: new Resource("claim-private-key.der"),
    request: new Resource("request.pem"),
  };
  return { secure, claim };
}

function say(line: Readonly<Record<string, unknown>>): void {
  trace(`${JSON.stringify(line)}\n`);
}

boot();
