/** The composition root on Moddable: every gate's pin LOW first, then the hardware, then the firmware. */

import getResetReason from "resetReason";
import Digital from "embedded:io/digital";
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import UDP from "embedded:io/socket/udp";
import KeyValue from "embedded:storage/key-value";
import { openBoard, timeServerPort } from "boom-box/board";
import { networkKind, openNetwork } from "boom-box/network";
import { Digest } from "crypt";
import RNG from "rng";
import Time from "time";
import Timer from "timer";
import { settingsIn } from "./box-contents.ts";
import { BoxData } from "./box-data.ts";
import { readButton } from "./button-settings.ts";
import { Firmware, type FirmwareOptions } from "./firmware.ts";
import { gateInputsIn, gatePinsIn, reasonAgainstWiring } from "./gate-settings.ts";
import type { Device, GateHardware, PulseOutput, UpdateHardware } from "./hal.ts";
import { pinOf } from "./pins.ts";
import { toLine } from "./record-line.ts";
import type { RawSettings } from "./settings-text.ts";
import { updateKeys } from "./update-keys.ts";
import { firmwareVersion } from "./version.ts";
import { createXsDevice } from "./xs/device.ts";
import { openGatePin } from "./xs/gate-pin.ts";
import { resetReasonOf } from "./xs/system.ts";
import { sdkVerifier } from "./xs/tls/sdk-verifier.ts";
import { updateVerifier, XsSha256 } from "./xs/update.ts";

/** Needed only at the start, then released: on the board, every object counts. */
function boot(): void {
  const board = openBoard();
  const { data, error } = openData(board);
  const settings = (data === undefined ? undefined : settingsIn(data)) ?? {};
  const pins = gatePinsIn(settings);
  // LOW before anything on the board is accessed, except the flash that says which pins they are.
  const gpios = pins.map((pin) => openGatePin(Digital, pin));
  if (data === undefined) throw error;
  const outputs = gpios.map((gpio, index) => board.withPulses(gpio, pins[index] as number, index));
  const crashes = board.openCrashMemory();
  crashes?.begin(resetReasonOf(getResetReason), firmwareVersion);
  const say = (line: Readonly<Record<string, unknown>>) => {
    const text = JSON.stringify(line);
    trace(`${text}\n`);
    crashes?.note(text);
  };
  let isAborting = false;
  /**
   * XS calls it before it aborts: out of memory, or an uncaught error. It restarts the chip itself: SDK
   * 8.2.3 then looks for the message of an error that it has just cleared, fails, and calls this again,
   * until its stack is full. If the memory is full, something here may fail too, and XS restarts the chip.
   * The restart is a panic, because its core dump has the engine's stack, and so the line that was running.
   */
  const abort = (why: string, error: unknown) => {
    for (const output of outputs) output.write(0);
    if (isAborting) return;
    isAborting = true;
    crashes?.abort(why, error);
    say({ type: "abort", why, error: String(error) });
    board.panic();
  };
  Object.assign(globalThis, { abort });

  const device = createXsDevice({
    ...wiringOf(board, settings, outputs, pins),
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
    readFile: (name) => data.read(name),
    onFailure: (detail) => say({ type: "failure", detail }),
    ...updatesOf(board),
  });
  const { clock } = device;
  // Where the firmware is updated over the air, its updater confirms it, and has higher demands.
  let isConfirmed = settings.updates === "aws" || settings.updates === "topics";
  const onRecord: FirmwareOptions["onRecord"] = (record) => {
    say(toLine(record, Math.round(clock.now().ticks)));
    if (isConfirmed || record.type !== "connection" || record.state !== "connected") return;
    isConfirmed = true;
    board.confirmFirmware();
  };
  new Firmware({
    device,
    data,
    setup: board.openSetup(Digital, ledPinOf(settings.led, pins)),
    networkKind,
    version: firmwareVersion,
    chip: board.chip,
    ...(crashes === undefined ? {} : { crashes }),
    onRecord,
  }).start();
}

type Wiring = Pick<Device, "gatePin" | "gateInput" | "moreGates" | "button">;

/** The settings are not checked yet: an input must not take the pin of a gate. */
function wiringOf(
  board: ReturnType<typeof openBoard>,
  settings: RawSettings,
  outputs: readonly PulseOutput[],
  pins: readonly number[],
): Wiring {
  const wanted = gateInputsIn(settings);
  const pushed = readButton(settings.button);
  const led = { pin: ledPinOf(settings.led, pins) };
  const gates = pins.map((pin, index) => ({ pin, gateInput: wanted[index] }));
  const isWrong = reasonAgainstWiring(gates, { led, button: pushed }) !== undefined;
  const open = (input: Parameters<typeof board.openInput>[1] | undefined) =>
    input === undefined || isWrong ? undefined : board.openInput(Digital, input);
  const [first, ...others] = outputs.map((pin, index): GateHardware => {
    const input = open(wanted[index]);
    return input === undefined ? { pin } : { pin, input };
  });
  const { pin: gatePin, input: gateInput } = first as GateHardware;
  const button = open(pushed && { pin: pushed.pin, pull: "up" });
  return {
    gatePin,
    ...(gateInput === undefined ? {} : { gateInput }),
    ...(others.length === 0 ? {} : { moreGates: others }),
    ...(button === undefined ? {} : { button }),
  };
}

/** Nothing, if the board has no second slot. */
function updatesOf(board: ReturnType<typeof openBoard>): { readonly updates?: UpdateHardware } {
  const slots = board.openSlots();
  if (slots === undefined) return {};
  return {
    updates: {
      slots,
      chip: board.chip,
      imageId: board.imageId,
      network: networkKind,
      keyCount: updateKeys.length,
      verify: updateVerifier(updateKeys, sdkVerifier),
      makeDigest: () => new XsSha256(Digest),
    },
  };
}

/** Without the partition, the pin goes LOW first; then the error ends the program. */
function openData(board: ReturnType<typeof openBoard>) {
  try {
    return { data: new BoxData(board.openFlash()), error: undefined };
  } catch (error) {
    return { data: undefined, error };
  }
}

/** The settings are not checked yet: a light must not take the pin of a gate. */
function ledPinOf(led: unknown, gatePins: readonly number[]): number | undefined {
  const pin = pinOf((led as { readonly pin?: unknown } | null | undefined)?.pin);
  return pin !== undefined && gatePins.includes(pin) ? undefined : pin;
}

boot();
