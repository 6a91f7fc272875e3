import { makeHardware } from "../../hardware/hardware.rig.ts";
import { HostedDevice } from "../hosted-device.ts";
import { type Calls, dispatch, type Events, nameOf } from "../protocol.ts";
import type { TestCalls, TestEvents } from "./host.fake.ts";
import { signatureCalls } from "./signatures.fake.ts";

type AllEvents = TestEvents & Events;

/** Notifies the tests on XS, which handle it after their current work. */
export type Tell = <N extends keyof AllEvents>(
  name: N,
  ...values: Parameters<AllEvents[N]>
) => void;

export interface Findings {
  report(name: string, failure: string | null): void;
  finished(): void;
}

/** The host's end of a test on XS: time, and on request, hardware with an environment. */
export class TestWorld {
  readonly #tell: Tell;
  readonly #calls: TestCalls;
  #hardware: Awaited<ReturnType<typeof makeHardware>> | undefined;
  #hosted: HostedDevice | undefined;

  constructor(tell: Tell, { report, finished }: Findings) {
    this.#tell = tell;
    this.#calls = {
      report,
      finished,
      wakeLater: (id, delayMs) => void setTimeout(() => tell("wake", id), delayMs),
      makeHardware: () => void this.#make(),
      edges: () => this.#world.edges(),
      receivedByEcho: () => [...this.#world.receivedByEcho()],
      clientOfEcho: () => this.#world.clientOfEcho(),
      hangUp: () => this.#world.hangUp(),
      setNetworkReachable: (isReachable) => this.#world.setNetworkReachable(isReachable),
      setTimeServersReachable: (isReachable) => this.#world.setTimeServersReachable(isReachable),
      setInput: (level) => this.#world.input.become(level),
      disposeHardware: () => void this.#dispose(),
      ...signatureCalls(),
    };
  }

  handle(message: Uint8Array): Uint8Array {
    if (nameOf(message) in this.#calls) return dispatch<TestCalls>(this.#calls, message);
    if (this.#hosted === undefined) throw new Error(`${nameOf(message)} without hardware`);
    return dispatch<Calls>(this.#hosted, message);
  }

  get #world() {
    if (this.#hardware === undefined) throw new Error("there is no hardware");
    return this.#hardware;
  }

  async #make(): Promise<void> {
    const hardware = await makeHardware();
    this.#hardware = hardware;
    this.#hosted = new HostedDevice({
      device: hardware.device,
      pulseCapsMs: [10_000],
      tell: this.#tell,
      onRecord: () => {},
    });
    const { echo, impostors, closedPort, issued, certificateEnds } = hardware;
    this.#tell("made", echo, impostors, closedPort, [...issued], certificateEnds);
  }

  async #dispose(): Promise<void> {
    this.#hosted?.powerOff();
    await this.#hardware?.dispose();
    this.#tell("disposed");
  }
}
