import { fitPins } from "../../device/chips/pins.ts";
import { type Chip, chips, esp32 } from "../../device/chips/table.ts";
import type { SerialRecord } from "../../host-sim/esp32/serial-line.ts";
import { writeSettingsEntry } from "../provision/settings-entry.ts";
import type { BoardPort } from "../serial/board-port.ts";
import type { ChosenPort } from "../serial/choose-port.ts";
import { BoardConnection } from "./board-step.ts";
import { Certificates, type CertificatesOptions } from "./certificates/certificates.ts";
import { boxFilesOf, checkNaming, newDraft, settingsOf, shownSettings } from "./draft.ts";
import { SetupError } from "./failure.ts";
import { type FirmwareSource, findFirmware } from "./firmware-source.ts";
import type { SeenNetwork } from "./improv-client.ts";
import { joinNetwork, scanNetworks } from "./join-network.ts";
import { openGate } from "./open-gate.ts";
import type { Ports } from "./ports.ts";
import { StepLine } from "./step-line.ts";
import type { PortChoice, SetupCommand, SetupView } from "./view.ts";
import { Work } from "./work.ts";
import { type WriteManner, writeBoard } from "./write-board.ts";
import { WrittenBox } from "./written-box.ts";

export interface SessionOptions extends CertificatesOptions {
  /** a folder or zip; undefined: what `boom-box package` made */
  readonly packagePath: string | undefined;
  readonly ports: Ports;
  /** The view is another one. */
  onChange(): void;
}

/**
 * Leads from a bare board to a box that opens. It does all of the work: a page only shows its view and
 * sends its commands. One thing at a time: a command that comes while another is under way is ignored,
 * except `cancel`.
 */
export class SetupSession {
  readonly #options: SessionOptions;
  readonly #line = new StepLine();
  readonly #board: BoardConnection;
  readonly #certificates: Certificates;
  readonly #work: Work;
  readonly #box = new WrittenBox();
  readonly #manner: WriteManner = { isSlow: false, isWithoutStub: false };
  #draft = newDraft("wifi");
  #firmware: FirmwareSource | undefined;
  #ports: readonly PortChoice[] = [];
  #browserPort: BoardPort | undefined;
  #networks: readonly SeenNetwork[] | null = null;
  #progress: string[] = [];
  #isKept = false;
  #isClosed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#work = new Work(() => this.#changed());
    this.#certificates = new Certificates(options);
    this.#board = new BoardConnection({
      onRecord: (record) => this.#handleRecord(record),
      onChanged: () => this.#changed(),
    });
  }

  get view(): SetupView {
    const { naming, networkKind, wifi } = this.#draft;
    const firmware = this.#firmware;
    const found = firmware?.type === "firmware" ? firmware.firmware : undefined;
    const { facts, cable, portName } = this.#board;
    return {
      current: this.#line.current,
      steps: this.#line.steps,
      activity: this.#work.activity,
      failure: this.#work.failure,
      board: { ports: this.#ports, cable, port: portName, facts },
      firmware: {
        firmware: found === undefined ? null : { version: found.version, network: found.network },
        problem: firmware?.type === "none" ? firmware.problem : null,
        isOptional: facts?.version != null,
      },
      name: { ...naming, fitPins: fitPins(this.#chip) },
      network: { kind: networkKind, networks: this.#networks, SSID: wifi?.SSID ?? null },
      certificate: {
        standInHost: this.#certificates.standInHost(this.#board.emulated?.endpoint),
        isReachable: this.#options.standInHost !== undefined,
        region: this.#options.region ?? "",
        progress: this.#progress,
      },
      connect: this.#box.connectView,
      open: this.#box.openView(naming),
      settings: shownSettings(this.#draft),
    };
  }

  /** Looks which ports and which firmware there are. */
  async start(): Promise<void> {
    this.#firmware = await findFirmware(this.#options.packagePath);
    this.#draft = this.#newDraft();
    await this.dispatch({ type: "refresh-ports" });
  }

  /** The page has a port of its own, or has it no longer. */
  setBrowserPort(port: BoardPort | undefined): void {
    this.#browserPort = port;
  }

  async dispatch(command: SetupCommand): Promise<void> {
    if (this.#isClosed) return;
    if (command.type === "cancel") {
      this.#work.cancel();
      return;
    }
    if (!this.#work.isBusy) await this.#perform(command);
  }

  /** Cancels what is under way, and leaves the port closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#work.cancel();
    await this.#board.release();
    // What is under way may still open something.
    await this.#work.ended;
    await this.#board.release();
    await this.#certificates.stop();
  }

  async #perform(command: SetupCommand): Promise<void> {
    switch (command.type) {
      case "refresh-ports":
        return this.#work.run("Looking for serial ports.", false, async () => {
          this.#ports = await this.#options.ports.list();
        });
      case "choose-port":
        return this.#useBoard(() => this.#options.ports.choose(command.path));
      case "use-browser-port":
        return this.#useBoard(async () => this.#chosenBrowserPort());
      case "write-firmware":
        return this.#writeFirmware();
      case "keep-firmware":
        return this.#keepFirmware();
      case "name":
        return this.#setNaming(command);
      case "scan":
        return this.#scan();
      case "join":
        return this.#join(command.SSID, command.password);
      case "certificate":
        return this.#obtain(command);
      case "write-box":
        return this.#writeBox();
      case "open":
        return this.#open();
      case "finish":
        return this.#work.step(() => this.#line.complete("open", this.#box.outcome ?? ""));
      case "go":
        return this.#work.step(() => {
          // The next board is another box.
          const isAnother = this.#line.current === "end" && command.step === "board";
          if (isAnother) this.#draft = this.#newDraft();
          this.#line.goTo(command.step);
        });
      case "cancel":
        return;
    }
  }

  #chosenBrowserPort(): ChosenPort {
    const port = this.#browserPort;
    if (port === undefined) {
      throw new SetupError("the browser has no port", "choose the board again");
    }
    return {
      name: "the browser's port",
      port,
      hasControlLines: true,
      dispose: async () => {},
    };
  }

  async #useBoard(choose: () => Promise<ChosenPort>): Promise<void> {
    await this.#work.run("Looking what is on the board.", true, async (signal) => {
      this.#line.goTo("board");
      this.#box.forget();
      const { chip, version, thing } = await this.#board.use(
        await choose(),
        this.#package && chips[this.#package.chip],
        signal,
      );
      this.#draft.timeServers = this.#board.emulated?.timeServers;
      if (thing !== null) this.#draft.naming = { ...this.#draft.naming, thing };
      const words = [chip, version === null ? "without this firmware" : `firmware ${version}`];
      this.#line.complete("board", [...words, ...(thing === null ? [] : [thing])].join(", "));
    });
  }

  async #writeFirmware(): Promise<void> {
    await this.#work.run("Writing the firmware.", true, async (signal) => {
      const source = this.#firmware;
      if (source?.type !== "firmware") {
        throw new SetupError("there is no firmware to write", "name a package with --package");
      }
      const { firmware } = source;
      const { parts } = await writeBoard(this.#board.link, {
        firmware,
        chip: chips[firmware.chip],
        manner: this.#manner,
        signal,
        onProgress: (words, share) => this.#work.progress(words, share),
      });
      this.#board.setFirmware(firmware.version);
      this.#line.complete("firmware", `${firmware.version} ${writtenWords(parts)}`);
    });
  }

  async #keepFirmware(): Promise<void> {
    const version = this.#board.facts?.version ?? null;
    if (version !== null) this.#work.step(() => this.#line.complete("firmware", `${version} kept`));
  }

  async #setNaming({
    thing,
    pin,
    pulseMs,
    ledPin,
  }: Extract<SetupCommand, { type: "name" }>): Promise<void> {
    this.#work.step(() => {
      const naming = { thing, pin, pulseMs, ledPin };
      checkNaming(naming, this.#chip, this.#package);
      // A certificate is for one name.
      if (thing !== this.#draft.naming.thing) this.#draft.obtained = undefined;
      this.#draft.naming = naming;
      this.#line.complete("name", `${thing}, pin ${pin}, ${pulseMs} ms`);
      if (this.#draft.networkKind === "ethernet") this.#line.skip("network", "Ethernet");
    });
    this.#passWhatIsKnown();
    if (this.#line.current === "network" && this.#networks === null) await this.#scan();
  }

  async #scan(): Promise<void> {
    await this.#work.run("The board looks for networks.", false, async () => {
      this.#networks = await scanNetworks(this.#board.link);
    });
  }

  async #join(SSID: string, password: string): Promise<void> {
    await this.#work.run("The board tries the network.", false, async () => {
      const seen = this.#networks ?? [];
      this.#draft.wifi = await joinNetwork(this.#board.link, SSID, password, seen);
      this.#line.complete("network", SSID);
    });
    this.#passWhatIsKnown();
  }

  async #obtain({ choice }: Extract<SetupCommand, { type: "certificate" }>): Promise<void> {
    await this.#work.run("Getting the certificate.", false, async () => {
      this.#progress = [];
      const { thing } = this.#draft.naming;
      this.#draft.obtained = await this.#certificates.obtain(thing, choice, (line) => {
        this.#progress = [...this.#progress, line];
        this.#changed();
      });
      this.#isKept = choice.isKept;
      this.#box.forget();
      this.#line.complete("certificate", `from ${this.#draft.obtained.source}`);
    });
  }

  async #writeBox(): Promise<void> {
    await this.#work.run("Writing the settings.", true, async (signal) => {
      const box = boxFilesOf(this.#draft, this.#chip, this.#package);
      const { thing } = this.#draft.naming;
      if (this.#isKept) {
        await writeSettingsEntry(this.#options.certs, thing, settingsOf(this.#draft));
      }
      this.#box.forget();
      await writeBoard(this.#board.link, {
        box,
        chip: this.#chip,
        manner: this.#manner,
        signal,
        onProgress: (words, share) => this.#work.progress(words, share),
      });
      this.#box.setWritten();
    });
    this.#completeIfConnected();
  }

  async #open(): Promise<void> {
    await this.#work.run("Sending OPEN. Waiting for the box's report.", false, async () => {
      const { obtained, naming } = this.#draft;
      if (obtained === undefined) throw new SetupError("there is no certificate", "go back");
      this.#box.clearOutcome();
      this.#box.takeEvent(await openGate(obtained, naming.thing), naming);
    });
  }

  #handleRecord(record: SerialRecord): void {
    this.#box.take(record);
    this.#completeIfConnected();
    // Somebody else may open it too.
    if (record.type === "event" && this.#line.current === "open") {
      this.#box.takeEvent(record, this.#draft.naming);
    }
    this.#changed();
  }

  #completeIfConnected(): void {
    const isDue = this.#box.isConnected && !this.#work.isBusy;
    if (!isDue || this.#line.current !== "connect") return;
    this.#work.clearFailure();
    this.#line.complete("connect", "connected");
    this.#changed();
  }

  /** Who went back to an earlier step need not do the later ones again. */
  #passWhatIsKnown(): void {
    const { wifi, obtained } = this.#draft;
    if (wifi !== undefined) this.#line.complete("network", wifi.SSID);
    if (obtained !== undefined) this.#line.complete("certificate", `from ${obtained.source}`);
    this.#changed();
  }

  #newDraft() {
    return newDraft(this.#package?.network ?? "wifi");
  }

  /** The board's. Before there is one, that of the firmware. */
  get #chip(): Chip {
    const title = this.#board.facts?.chip;
    const found = Object.values(chips).find((chip) => chip.title === title);
    return found ?? (this.#package && chips[this.#package.chip]) ?? esp32;
  }

  get #package() {
    return this.#firmware?.type === "firmware" ? this.#firmware.firmware : undefined;
  }

  #changed(): void {
    if (!this.#isClosed) this.#options.onChange();
  }
}

/** What became of a firmware's parts. */
function writtenWords(parts: readonly { readonly isWritten: boolean }[]): string {
  const left = parts.filter(({ isWritten }) => !isWritten).length;
  if (left === parts.length) return "was there already";
  const skipped = left === 0 ? "" : `; ${left} of ${parts.length} parts were there already`;
  return `written and started${skipped}`;
}
