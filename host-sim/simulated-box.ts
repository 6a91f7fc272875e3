import { Agent, type AgentOptions, type AgentRecord } from "../device/agent.ts";
import type { Settings } from "../device/config.ts";
import { firmwareVersion } from "../device/version.ts";
import { createNodeDevice, type NodeDevice, type NodeDeviceOptions } from "./hardware/device.ts";
import { BoomGate, type BoomTimes } from "./site/boom-gate.ts";
import { Remote } from "./site/remote.ts";

/** What runs on the simulated hardware: the agent itself, or the agent on another engine. */
export type Firmware = Pick<Agent, "connectionState" | "start" | "stop">;

export interface SimulatedBoxOptions extends Omit<NodeDeviceOptions, "pin"> {
  readonly settings: Settings;
  readonly boomTimes?: BoomTimes;
  /** default: the agent, in this process */
  makeFirmware?(options: AgentOptions): Firmware;
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
  readonly #firmware: Firmware;

  constructor(options: SimulatedBoxOptions) {
    const { settings, boomTimes, onRecord, makeFirmware, ...hardware } = options;
    const device = createNodeDevice({ ...hardware, pin: settings.pin });
    this.device = device;
    this.gate = new BoomGate(boomTimes);
    this.#remote = new Remote(() => this.gate.handleSignal());
    device.gatePin.onEdge = (edge) => {
      this.#remote.handleEdge(edge);
      onRecord?.({ type: "pin", pin: settings.pin, ...edge });
    };
    const agentOptions: AgentOptions = {
      device,
      settings,
      firmware: firmwareVersion,
      ...(onRecord === undefined ? {} : { onRecord }),
    };
    this.#firmware = makeFirmware?.(agentOptions) ?? new Agent(agentOptions);
  }

  get connectionState() {
    return this.#firmware.connectionState;
  }

  start(): void {
    this.#firmware.start();
  }

  /** LOW at once, a good-bye to the broker, then nothing of the box is left running. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#firmware.stop(() => {
        this.powerOff();
        resolve();
      });
    });
  }

  /** Nothing around the firmware calls back any more. */
  powerOff(): void {
    this.#remote.powerOff();
    this.gate.powerOff();
    this.device.network.powerOff();
    this.device.clock.powerOff();
  }
}
