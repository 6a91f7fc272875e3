import { describeDigitalInput } from "../../../device/digital-input.contract.ts";
import { describeHardware, type HardwareUnderTest } from "../../../device/hal.contract.ts";
import { RemoteDevice } from "../program/remote-device.ts";
import { askHost, listeners, type TestEvents } from "./host.fake.ts";

/** The device is the near end of the bridge, the world the far end. */
async function makeHardware(): Promise<HardwareUnderTest & { readonly device: RemoteDevice }> {
  const made = new Promise<Parameters<TestEvents["made"]>>((resolve) => {
    listeners.made = (...values: Parameters<TestEvents["made"]>) => resolve(values);
  });
  askHost("makeHardware");
  const [echo, impostors, closedPort, issued, certificateEnds] = await made;
  const device = new RemoteDevice();
  Object.assign(listeners, device.events);
  return {
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
}

describeHardware("the hardware behind the bridge", makeHardware);

describeDigitalInput("the input behind the bridge", async () => {
  const { device, dispose } = await makeHardware();
  if (device.gateInput === undefined) throw new Error("the host has no input");
  return {
    input: device.gateInput,
    become: (level) => askHost("setInput", level),
    settle: () => new Promise<void>((resolve) => setTimeout(resolve, 20)),
    dispose,
  };
});
