import { Agent, type AgentRecord } from "./agent.ts";
import { contentsOf, settingsIn } from "./box-contents.ts";
import type { BoxData } from "./box-data.ts";
import { isWebAddress, type NetworkKind, type Settings } from "./config.ts";
import { Improv, type ImprovEffect } from "./core/improv.ts";
import type { CrashMemory } from "./crash-memory.ts";
import {
  type Device,
  type FoundNetwork,
  networkReady,
  type SetupHardware,
  type TimerHandle,
  type WiFiNetwork,
} from "./hal.ts";
import type { CrashCause } from "./messages/crash.ts";
import { isThingName } from "./messages/topics.ts";
import { NetworkReset } from "./network-reset.ts";
import { RemoteSettings, type TrialHost } from "./remote-settings.ts";
import {
  type RawSettings,
  settingsFile,
  withNetwork,
  withoutNetworks,
  writeSettings,
} from "./settings-text.ts";
import { SettingsTrial } from "./settings-trial.ts";
import { StatusLight } from "./status-light.ts";

/** What happens to a box's own files, apart from what its agent does. It contains no secrets. */
export interface SetupRecord {
  readonly type: "setup";
  readonly state: SetupState;
  readonly detail: string | null;
}

export const setupStates = [
  /** it cannot work yet; said once a second */
  "waiting",
  /** it tries a network that somebody has set over the serial port */
  "joining",
  /** that network works, and is kept */
  "joined",
  "not-joined",
  /** the button has been held: released now, it clears the networks */
  "button-held",
  "networks-cleared",
  /** the flash memory did not keep a change */
  "not-kept",
  /** it connects with settings that have been changed from far away */
  "trying-settings",
  /** it has connected with them */
  "settings-kept",
  "settings-taken-back",
] as const;
export type SetupState = (typeof setupStates)[number];

/** Said at the start, as long as it has not been told. */
export type CrashRecord = { readonly type: "crash" } & CrashCause;

export type FirmwareRecord = AgentRecord | SetupRecord | CrashRecord;

export interface FirmwareOptions {
  readonly device: Device;
  readonly setup: SetupHardware;
  readonly data: BoxData;
  /** what the image was built for; undefined if it supports each kind */
  readonly networkKind: NetworkKind | undefined;
  readonly version: string;
  /** such as `ESP32`: what Improv tells */
  readonly chip: string;
  /** has begun already; absent if nothing survives a reset */
  readonly crashes?: CrashMemory;
  onRecord(record: FirmwareRecord): void;
}

const waitingMs = 1_000;
/** Improv answers for this long after the start, also while the box is connected. */
const improvMs = 120_000;
/** After this long without a word by Improv, an agent that it has stopped starts again. */
const resumeMs = 60_000;
const joinMs = 30_000;
/** A pulse is never cut short: what would stop the agent waits. */
const retryMs = 100;

/**
 * All of a box's firmware. With its files, it runs the agent. Without them, it waits to be set up, and
 * the pin stays LOW. Improv over the serial port (https://www.improv-wifi.com/serial/) can change the
 * networks, and nothing else.
 */
export class Firmware {
  readonly #options: FirmwareOptions;
  readonly #device: Device;
  readonly #improv: Improv;
  readonly #trial: SettingsTrial;
  readonly #remote: RemoteSettings;
  #light: StatusLight | undefined;
  #agent: Agent | undefined;
  #waiting: TimerHandle | undefined;
  #improvWake: TimerHandle | undefined;
  #join: TimerHandle | undefined;
  #resume: TimerHandle | undefined;
  #isStopped = false;

  constructor(options: FirmwareOptions) {
    const { device, setup, version, chip } = options;
    this.#options = options;
    this.#device = device;
    const now = () => device.clock.now().ticks;
    this.#trial = new SettingsTrial(options.data, options.networkKind, now);
    this.#remote = new RemoteSettings(this.#trial, this.#trialHost());
    const { thingName, appUrl } = settingsIn(options.data) ?? {};
    this.#improv = new Improv({
      firmware: "Boom Box",
      version,
      chip,
      deviceName: typeof thingName === "string" && isThingName(thingName) ? thingName : "Boom Box",
      nextUrl: typeof appUrl === "string" && isWebAddress(appUrl) ? appUrl : undefined,
    });
    if (setup.serial !== undefined) {
      setup.serial.onReceived = (bytes) => this.#handleSerial(bytes);
    }
    const { button, led } = setup;
    if (led !== undefined) this.#light = new StatusLight(led, device.timer);
    if (button !== undefined) {
      new NetworkReset(
        this.#light === undefined ? { button } : { button, light: this.#light },
        device.timer,
        () => this.#say("button-held", "release the button now to clear the WiFi networks"),
        () => this.#clearNetworks(),
      );
    }
  }

  get connectionState(): Agent["connectionState"] {
    return this.#agent?.connectionState ?? "stopped";
  }

  /** Call it once. */
  start(): void {
    const { crashes, onRecord } = this.#options;
    if (crashes?.isPending === true) onRecord({ type: "crash", ...crashes.cause() });
    this.#remote.start();
    this.#begin();
  }

  /** With the files as they are now, or with settings on trial. */
  #begin(): void {
    const { data, networkKind } = this.#options;
    const contents = contentsOf(data, networkKind, this.#trial.pending);
    if (contents.type === "ready") this.#run(contents.settings);
    else this.#wait(contents.reasons.join("; "));
  }

  /** Writes LOW at once, then disconnects cleanly. `onStopped` is called at the end. */
  stop(onStopped: () => void = () => {}): void {
    this.#isStopped = true;
    this.#clear();
    this.#remote.stop();
    this.#stopAgent(onStopped);
  }

  #run(settings: Settings): void {
    const { device, version, crashes, onRecord } = this.#options;
    this.#agent = new Agent({
      device,
      settings,
      firmware: version,
      changes: this.#remote,
      onPulse: (isHigh) => this.#light?.pulse(isHigh),
      ...(crashes === undefined ? {} : { crashes }),
      onRecord: (record) => {
        onRecord(record);
        if (record.type !== "connection") return;
        this.#light?.connection(record.state);
        if (record.state === "connected") this.#remote.connected();
      },
    });
    this.#agent.start();
  }

  #trialHost(): TrialHost {
    const firmware = this;
    return {
      timer: this.#device.timer,
      get isConnected() {
        return firmware.connectionState === "connected";
      },
      get isPulsing() {
        return firmware.#agent?.isPulsing === true;
      },
      withoutAgent: (run) => this.#withoutAgent(() => this.#unlessJoining(run)),
      restart: () => this.#restart(),
      say: (state, detail) => this.#say(state, detail ?? null),
    };
  }

  /** Somebody who joins a network at the box is not interrupted. */
  #unlessJoining(run: () => void): void {
    if (this.#join === undefined) run();
    else this.#device.timer.set(() => this.#withoutAgent(() => this.#unlessJoining(run)), joinMs);
  }

  #wait(reason: string): void {
    this.#say("waiting", reason);
    this.#waiting = this.#device.timer.set(() => this.#wait(reason), waitingMs);
  }

  #clear(): void {
    for (const handle of [this.#waiting, this.#join, this.#resume, this.#improvWake]) {
      if (handle !== undefined) this.#device.timer.clear(handle);
    }
    this.#waiting = undefined;
    this.#join = undefined;
    this.#resume = undefined;
    this.#improvWake = undefined;
  }

  #stopAgent(onStopped: () => void): void {
    const agent = this.#agent;
    this.#agent = undefined;
    if (agent === undefined) onStopped();
    else agent.stop(onStopped);
  }

  /** Runs with no agent, once no pulse is under way; the box starts again later. */
  #withoutAgent(run: () => void): void {
    if (this.#isStopped) return;
    const { timer } = this.#device;
    if (this.#agent?.isPulsing === true) {
      timer.set(() => this.#withoutAgent(run), retryMs);
      return;
    }
    this.#stopAgent(() => {
      if (this.#isStopped) return;
      this.#resumeLater();
      run();
    });
  }

  #resumeLater(): void {
    const { timer } = this.#device;
    if (this.#resume !== undefined) timer.clear(this.#resume);
    this.#resume = timer.set(() => this.#restart(), resumeMs);
  }

  #restart(): void {
    this.#clear();
    this.#armImprov();
    if (this.#agent === undefined && !this.#isStopped) this.#begin();
  }

  #handleSerial(bytes: Uint8Array): void {
    if (!this.#isImprovOpen()) return;
    const now = this.#device.clock.now().ticks;
    this.#apply(this.#improv.setOnline(this.#isOnline()));
    this.#apply(this.#improv.handleBytes(bytes, now));
    if (this.#resume !== undefined && this.#join === undefined) this.#resumeLater();
    this.#armImprov();
  }

  #isImprovOpen(): boolean {
    if (this.#isStopped) return false;
    if (this.#agent === undefined || !this.#isOnline()) return true;
    return this.#device.clock.now().ticks < improvMs;
  }

  #isOnline(): boolean {
    return this.#join === undefined && this.#device.network.connection >= networkReady;
  }

  #armImprov(): void {
    const { timer, clock } = this.#device;
    if (this.#improvWake !== undefined) timer.clear(this.#improvWake);
    this.#improvWake = undefined;
    const { deadline } = this.#improv;
    if (deadline === undefined || this.#isStopped) return;
    const delayMs = Math.max(0, deadline - clock.now().ticks);
    this.#improvWake = timer.set(() => {
      this.#improvWake = undefined;
      this.#apply(this.#improv.handleTimeout(clock.now().ticks));
      this.#armImprov();
    }, delayMs);
  }

  #apply(effects: readonly ImprovEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "reply":
          this.#options.setup.serial?.write(effect.bytes);
          break;
        case "scan":
          this.#scan();
          break;
        case "join":
          this.#withoutAgent(() => this.#tryNetwork(effect.network));
      }
    }
  }

  /** While it is connected, a box scans on the side. Otherwise its attempts to join would interfere. */
  #scan(): void {
    const { network } = this.#device;
    const found: FoundNetwork[] = [];
    const finish = () => {
      this.#apply(this.#improv.scanned(found));
      this.#armImprov();
    };
    if (network.scan === undefined) finish();
    else if (this.#isOnline()) network.scan((each) => found.push(each), finish);
    else this.#withoutAgent(() => network.scan?.((each) => found.push(each), finish));
  }

  #tryNetwork(wanted: WiFiNetwork): void {
    const { network, timer } = this.#device;
    if (this.#waiting !== undefined) timer.clear(this.#waiting);
    this.#waiting = undefined;
    this.#say("joining", null);
    network.onChanged = () => {
      if (network.connection >= networkReady) this.#endJoin(wanted, true);
      else if (network.connection <= 200) this.#endJoin(wanted, false);
    };
    this.#join = timer.set(() => this.#endJoin(wanted, false), joinMs);
    network.connect(wanted);
  }

  #endJoin(wanted: WiFiNetwork, hasJoined: boolean): void {
    if (this.#join === undefined) return;
    this.#device.timer.clear(this.#join);
    this.#join = undefined;
    this.#device.network.onChanged = undefined;
    const isKept = hasJoined && this.#change((settings) => withNetwork(settings, wanted));
    if (hasJoined && isKept) this.#say("joined", null);
    else if (!hasJoined) this.#say("not-joined", "the network could not be joined");
    this.#apply(isKept ? this.#improv.joined() : this.#improv.joinFailed());
    this.#restart();
  }

  #clearNetworks(): void {
    this.#withoutAgent(() => {
      this.#device.network.disconnect();
      const isKept = this.#change(withoutNetworks);
      if (isKept) this.#say("networks-cleared", "set a network by Improv, or with boom-box setup");
      this.#restart();
    });
  }

  /** @returns whether the flash has kept it */
  #change(change: (settings: RawSettings) => RawSettings): boolean {
    const { data } = this.#options;
    // Whoever is at the box comes first.
    this.#remote.takeBack("replaced");
    try {
      const settings = writeSettings(change(settingsIn(data) ?? {}));
      data.write(new Map([...data.readAll(), [settingsFile, settings]]));
      return true;
    } catch (error) {
      this.#say("not-kept", String(error));
      return false;
    }
  }

  #say(state: SetupState, detail: string | null): void {
    this.#options.onRecord({ type: "setup", state, detail });
  }
}
