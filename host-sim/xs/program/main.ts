import { Agent } from "../../../device/agent.ts";
import type { Events } from "../protocol.ts";
import { call } from "./bridge.ts";
import { handleMessages } from "./handle.ts";
import { RemoteDevice } from "./remote-device.ts";

/** One box: the firmware's agent on the engine, its hardware on the host. */
const device = new RemoteDevice();
let agent: Agent | undefined;

handleMessages<Events>({
  ...device.events,
  start(settings, firmware) {
    agent = new Agent({
      device,
      settings,
      firmware,
      onRecord: (record) => call("record", record),
    });
    agent.start();
  },
  stop() {
    agent?.stop();
  },
});
