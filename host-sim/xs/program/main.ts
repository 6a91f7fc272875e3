import { Agent } from "../../../device/agent.ts";
import { BoxData } from "../../../device/box-data.ts";
import { Firmware, type FirmwareRecord } from "../../../device/firmware.ts";
import type { Events } from "../protocol.ts";
import { call } from "./bridge.ts";
import { handleMessages } from "./handle.ts";
import { RemoteDevice, RemoteFlash } from "./remote-device.ts";

/** One box: the firmware, or its agent alone, on the engine; its hardware on the host. */
const device = new RemoteDevice();
const onRecord = (record: FirmwareRecord) => call("record", record);
let box: Agent | Firmware | undefined;

handleMessages<Events>({
  ...device.events,
  start(settings, firmware) {
    box = new Agent({ device, settings, firmware, onRecord });
    box.start();
  },
  boot(image) {
    box = new Firmware({
      device,
      data: new BoxData(new RemoteFlash(image)),
      setup: { serial: device.serial },
      networkKind: image.networkKind ?? undefined,
      version: image.version,
      chip: image.chip,
      onRecord,
    });
    box.start();
  },
  stop() {
    box?.stop();
  },
});
