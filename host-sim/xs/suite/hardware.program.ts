import { describeHardware, type HardwareUnderTest } from "../../../device/hal.contract.ts";
import { RemoteDevice } from "../program/remote-device.ts";
import { askHost, listeners, type TestEvents } from "./host.fake.ts";

/** The hardware contract on XS: the device is the near end of the bridge, the world the far end. */
describeHardware("the hardware behind the bridge", async () => {
  const made = new Promise<Parameters<TestEvents["made"]>>((resolve) => {
    listeners.made = (...values: Parameters<TestEvents["made"]>) => resolve(values);
  });
  askHost("makeHardware");
  const [echo, impostors, closedPort, issued, certificateEnds] = await made;
  const device = new RemoteDevice();
  Object.assign(listeners, device.events);
  const hardware: HardwareUnderTest = {
    device,
    echo,
    impostors,
    closedPort,
    certificateEnds,
    issued: Uint8Array.from(issued),
    clientOfEcho: () => askHost("clientOfEcho"),
    edges: () => askHost("edges"),
    receivedByEcho: () => Uint8Array.from(askHost("receivedByEcho")),
    hangUp: () => askHost("hangUp"),
    setNetworkReachable: (isReachable) => askHost("setNetworkReachable", isReachable),
    setTimeServersReachable: (isReachable) => askHost("setTimeServersReachable", isReachable),
    dispose: () =>
      new Promise((resolve) => {
        listeners.disposed = () => resolve();
        askHost("disposeHardware");
      }),
  };
  return hardware;
});
