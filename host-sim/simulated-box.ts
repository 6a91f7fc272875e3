import { Agent, type AgentRecord } from "../device/agent.ts";
import type { Settings } from "../device/config.ts";
import { firmwareVersion } from "../device/version.ts";
import { createNodeDevice, type NodeDevice, type NodeDeviceOptions } from "./hardware/device.ts";
import { BoomGate, type BoomTimes } from "./site/boom-gate.ts";
import { Remote } from "./site/remote.ts";

export interface SimulatedBoxOptions extends Omit<NodeDeviceOptions, "pin"> {
  readonly settings: Settings;
  readonly boomTimes?: BoomTimes;
  onRecord?(record: SimulatedBoxRecord): void;
}

/** What the firmware says, and what the world around it sees. */
export type SimulatedBoxRecord =
  | AgentRecord
  | {
      readonly type: "pin";
      readonly pin: number;
      readonly value: 0 | 1;
      /** when the edge was, by `performance.now()` */
      readonly at: number;
    };

/**
 * One box on a laptop: the firmware's own agent, the hardware replaced, the pin wired to a remote
 * and the remote's gate. As on the board, the pin is there, and LOW, before anything else is.
 */
export class SimulatedBox {
  readonly device: NodeDevice;
  readonly gate: BoomGate;
  readonly #remote: Remote;
  readonly #agent: Agent;

  constructor({ settings, boomTimes, onRecord, ...hardware }: SimulatedBoxOptions) {
    const device = createNodeDevice({ ...hardware, pin: settings.pin });
    this.device = device;
    this.gate = new BoomGate(boomTimes);
    this.#remote = new Remote(() => this.gate.handleSignal());
    device.gatePin.onEdge = (edge) => {
      this.#remote.handleEdge(edge);
      onRecord?.({ type: "pin", pin: settings.pin, ...edge });
    };
    this.#agent = new Agent({
      device,
      settings,
      firmware: firmwareVersion,
      ...(onRecord === undefined ? {} : { onRecord }),
    });
  }

  get connectionState() {
    return this.#agent.connectionState;
  }

  start(): void {
    this.#agent.start();
  }

  /** LOW at once, a good-bye to the broker, then nothing of the box is left running. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#agent.stop(() => {
        this.#remote.powerOff();
        this.gate.powerOff();
        this.device.network.powerOff();
        this.device.clock.powerOff();
        resolve();
      });
    });
  }
}
