import type { AgentOptions } from "../../device/agent.ts";
import type { NetworkKind } from "../../device/config.ts";
import type { ConnectionState } from "../../device/core/connection.ts";
import type { FirmwareRecord } from "../../device/firmware.ts";
import { gatesOf } from "../../device/gate-settings.ts";
import type { Firmware } from "../simulated-box.ts";
import { type Engine, EngineError } from "./engine.ts";
import { HostedDevice, type HostedSetup } from "./hosted-device.ts";
import { load } from "./loader.ts";
import { type Calls, dispatch, type Events, encodeMessage } from "./protocol.ts";

export interface XsOptions {
  /** the result of {@link findEngine} */
  readonly binary: string;
  /** the built library and the simulator's program, in loading order */
  readonly modules: readonly string[];
  /** The modules' files are no longer needed. */
  onLoaded?(): void;
  /** time limit for one event, in ms */
  readonly answerTimeoutMs?: number;
  /** The engine is gone, or the firmware threw: the pin is already LOW. Called at most once. */
  onFailed(error: EngineError): void;
}

/** A box whose firmware runs on XS. */
export interface XsBox extends Pick<AgentOptions, "device" | "firmware"> {
  /** of the agent; with `setup`, the firmware reads its own, and only each `pulseCapMs` counts */
  readonly settings: AgentOptions["settings"];
  /** runs all of the firmware, not only its agent */
  readonly setup?: HostedSetup & { readonly networkKind?: NetworkKind; readonly chip: string };
  onRecord?(record: FirmwareRecord): void;
}

/**
 * A box needs a few thousand steps per event. This is far more, but still used up within seconds.
 */
const computeLimit = 200_000_000;

/** The answer to firmware whose host has ended: it is ignored. */
const nothing = new TextEncoder().encode("null");

/**
 * The firmware on XS, in a process of its own. Its hardware is the {@link AgentOptions.device} on
 * Node.
 */
export class XsFirmware implements Firmware {
  readonly #agent: XsBox;
  readonly #options: XsOptions;
  readonly #hosted: HostedDevice;
  #engine: Promise<Engine> | undefined;
  #running: Engine | undefined;
  #state: ConnectionState = "stopped";
  #onStopped: (() => void) | undefined;
  #isOver = false;

  constructor(agent: XsBox, options: XsOptions) {
    this.#agent = agent;
    this.#options = options;
    this.#hosted = new HostedDevice({
      device: agent.device,
      ...(agent.setup === undefined ? {} : { setup: agent.setup }),
      pulseCapsMs: gatesOf(agent.settings).map(({ pulseCapMs }) => pulseCapMs),
      tell: (name, ...values) => this.#tell(name, ...values),
      onRecord: (record) => {
        if (record.type === "connection") this.#state = record.state;
        agent.onRecord?.(record);
      },
    });
  }

  get connectionState(): ConnectionState {
    return this.#state;
  }

  start(): void {
    const { binary, modules, answerTimeoutMs } = this.#options;
    this.#engine = load(
      {
        binary,
        computeLimit,
        ...(answerTimeoutMs === undefined ? {} : { answerTimeoutMs }),
        onMessage: (message) => (this.#isOver ? nothing : dispatch<Calls>(this.#hosted, message)),
      },
      modules,
    );
    this.#engine.then(
      (engine) => {
        if (this.#isOver) {
          engine.kill();
          return;
        }
        this.#running = engine;
        this.#options.onLoaded?.();
        void engine.ended.then((error) => {
          this.#fail(error ?? new EngineError("the XS engine has ended"));
        });
      },
      (error: unknown) => this.#fail(error),
    );
    const { settings, firmware, setup } = this.#agent;
    if (setup === undefined) {
      this.#tell("start", settings, firmware);
      return;
    }
    const { networkKind = null, chip, flash } = setup;
    const { length: flashLength, blockLength } = flash;
    this.#tell("boot", { networkKind, version: firmware, chip, flashLength, blockLength });
  }

  /** Writes LOW at once, on this side of the bridge; then the firmware disconnects cleanly. */
  stop(onStopped: () => void = () => {}): void {
    this.#hosted.release();
    this.#onStopped = onStopped;
    if (this.#isOver || this.#engine === undefined) this.#finish();
    else this.#tell("stop");
  }

  powerOff(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hosted.powerOff();
    this.#running?.kill();
  }

  /** Events wait while the engine is loading or busy, but a stop does not. */
  #tell<N extends keyof Events>(name: N, ...values: Parameters<Events[N]>): void {
    if (this.#isOver) return;
    const message = encodeMessage(name, values);
    this.#engine
      ?.then((engine) => engine.command(message, name === "stop"))
      .then(
        () => {
          if (this.#state === "stopped" && this.#onStopped !== undefined) this.#finish();
        },
        (error: unknown) => this.#fail(error),
      );
  }

  #finish(): void {
    this.#isOver = true;
    this.#hosted.powerOff();
    void this.#running?.close();
    this.#onStopped?.();
    this.#onStopped = undefined;
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hosted.powerOff();
    this.#running?.kill();
    this.#options.onFailed(
      error instanceof EngineError ? error : new EngineError(`the XS engine: ${String(error)}`),
    );
  }
}
