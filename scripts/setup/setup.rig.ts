import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NorFlash } from "../../host-sim/board/nor-flash.ts";
import { UsbCable, type UsbCableFaults } from "../../host-sim/board/usb-cable.ts";
import { VirtualBoard } from "../../host-sim/board/virtual-board.ts";
import { WebSerialPort } from "../../host-sim/board/web-serial-port.ts";
import { boardFirmware } from "../../host-sim/board-firmware.ts";
import { ScriptedNetwork } from "../../host-sim/hardware/network.ts";
import type { SimulatedBoxRecord } from "../../host-sim/simulated-box.ts";
import { firmwareOf } from "../package/firmware.rig.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";
import { writePackage } from "../package/write-package.ts";
import type { BoardPort } from "../serial/board-port.ts";
import type { ChosenPort } from "../serial/choose-port.ts";
import type { Ports } from "./ports.ts";
import { type SessionOptions, SetupSession } from "./session.ts";
import type { SetupView } from "./view.ts";

export const home = { SSID: "home", password: "let me in", RSSI: -50, address: "127.0.0.1" };
export const cafe = { SSID: "Café", RSSI: -82, address: "127.0.0.1" };

/** A bare virtual board at the end of a cable, and what its pin does. */
export function bareBoard(networkKind: "wifi" | "ethernet" = "wifi", faults: UsbCableFaults = {}) {
  const flash = new NorFlash();
  const records: SimulatedBoxRecord[] = [];
  const startProgram = boardFirmware({
    network: new ScriptedNetwork(
      networkKind === "wifi" ? [home, cafe] : [{ address: "127.0.0.1" }],
      20,
    ),
    networkKind,
    onRecord: (record) => records.push(record),
  });
  const cable = new UsbCable(new VirtualBoard({ flash, startProgram }), faults);
  const edges = () => records.flatMap((each) => (each.type === "pin" ? [each.value] : []));
  return { flash, cable, records, edges };
}

export type BareBoard = ReturnType<typeof bareBoard>;

export const webSerial = ({ cable }: BareBoard): BoardPort =>
  new WebSerialPort(cable) as unknown as BoardPort;

/** A folder for certificates, and one with a package. */
export async function workplace(changes: Partial<FirmwarePackage> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "boom-box-"));
  const packagePath = join(folder, "package");
  await writePackage(packagePath, firmwareOf(changes));
  return {
    certs: join(folder, "certs"),
    packagePath,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const onePort = (path: string, choose: () => ChosenPort): Ports => ({
  list: async () => [{ path, name: "CP2102", isLikely: true }],
  choose: async () => choose(),
});

/** A session whose views can be waited for. */
export function sessionWith(options: Omit<SessionOptions, "onChange" | "onLine" | "region">) {
  const watchers = new Set<() => void>();
  const views: SetupView[] = [];
  const session: SetupSession = new SetupSession({
    region: undefined,
    ...options,
    onLine: () => {},
    onChange: () => {
      views.push(session.view);
      for (const watch of watchers) watch();
    },
  });
  const until = (fits: (view: SetupView) => boolean, limitMs = 20_000) =>
    new Promise<SetupView>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`it stays ${JSON.stringify(session.view, null, 1)}`)),
        limitMs,
      );
      const look = () => {
        if (!fits(session.view)) return;
        clearTimeout(timer);
        watchers.delete(look);
        resolve(session.view);
      };
      watchers.add(look);
      look();
    });
  return { session, views, until };
}
