/** What the setup page and the command's process say to each other: types and words only. */

export const stepNames = [
  "board",
  "firmware",
  "name",
  "network",
  "certificate",
  "connect",
  "open",
] as const;
export type StepName = (typeof stepNames)[number];

/** `skipped`: this box does not need it */
export type StepState = "todo" | "current" | "done" | "skipped";

export interface StepView {
  readonly name: StepName;
  readonly state: StepState;
  /** what came of it, in a few words; null before that */
  readonly summary: string | null;
}

/** What failed. Both are sentences. */
export interface Failure {
  readonly cause: string;
  readonly wayOut: string;
  /** the input that it is about; null: the step as a whole */
  readonly field: string | null;
}

/** What is being done. */
export interface Activity {
  readonly words: string;
  /** from 0 to 1; null: it is not known how long it takes */
  readonly share: number | null;
  readonly isCancellable: boolean;
}

export interface PortChoice {
  readonly path: string;
  /** what it calls itself, and may be an empty text */
  readonly name: string;
  /** it looks like an ESP32 board */
  readonly isLikely: boolean;
}

export interface BoardView {
  readonly ports: readonly PortChoice[];
  /** `lost`: the cable was pulled; it is opened again when it is back */
  readonly cable: "none" | "open" | "lost";
  /** the port in use */
  readonly port: string | null;
  readonly facts: BoardFacts | null;
}

/** What is on a board. */
export interface BoardFacts {
  readonly chip: string;
  /** of this firmware; null: it has none, or another one */
  readonly version: string | null;
  /** the thing that it is already; null: none */
  readonly thing: string | null;
}

export interface FirmwareView {
  readonly firmware: { readonly version: string; readonly network: string } | null;
  /** why there is no firmware to write */
  readonly problem: Failure | null;
  /** the board has this firmware already, of any version: writing may be left out */
  readonly isOptional: boolean;
}

export interface NameView {
  readonly thing: string;
  readonly pin: number;
  readonly pulseMs: number;
  /** a light; null: none */
  readonly ledPin: number | null;
  /** pins that are good for the gate, in words */
  readonly fitPins: string;
}

export interface NetworkView {
  readonly kind: "wifi" | "ethernet";
  /** null: not looked for yet */
  readonly networks:
    | readonly {
        readonly SSID: string;
        readonly RSSI: number;
        readonly isSecured: boolean;
      }[]
    | null;
  readonly SSID: string | null;
}

export interface CertificateView {
  /** by what name the board reaches this machine */
  readonly standInHost: string;
  /** whether the stand-in can be reached from other machines */
  readonly isReachable: boolean;
  readonly region: string;
  /** what has been done, one line each */
  readonly progress: readonly string[];
}

export const stageNames = ["network", "time", "tls", "mqtt", "connected"] as const;
export type StageName = (typeof stageNames)[number];

export interface ConnectView {
  readonly isWritten: boolean;
  readonly stages: readonly {
    readonly name: StageName;
    readonly state: "todo" | "current" | "done";
  }[];
  /** why the last attempt failed; the board tries again by itself */
  readonly trouble: Failure | null;
}

export interface OpenView {
  readonly pin: number;
  readonly pulseMs: number;
  /** what the box did, in one line */
  readonly outcome: string | null;
  readonly isOpened: boolean;
}

export interface SetupView {
  /** `end`: everything is done */
  readonly current: StepName | "end";
  readonly steps: readonly StepView[];
  readonly activity: Activity | null;
  readonly failure: Failure | null;
  readonly board: BoardView;
  readonly firmware: FirmwareView;
  readonly name: NameView;
  readonly network: NetworkView;
  readonly certificate: CertificateView;
  readonly connect: ConnectView;
  readonly open: OpenView;
  /** the settings without secrets, for the end: what, and its value */
  readonly settings: readonly (readonly [string, string])[];
}

/** A file that was chosen in the page. */
export interface ChosenFile {
  readonly name: string;
  /** Base64 */
  readonly content: string;
}

export type CertificateChoice =
  | { readonly source: "stand-in"; readonly host: string; readonly isKept: boolean }
  | {
      readonly source: "aws";
      readonly region: string;
      readonly profile: string;
      readonly isKept: boolean;
    }
  | {
      readonly source: "files";
      readonly endpoint: string;
      readonly port: number;
      readonly ca: ChosenFile;
      readonly certificate: ChosenFile;
      readonly key: ChosenFile;
      readonly isKept: boolean;
    };

/** What a person does in the page. */
export type SetupCommand =
  | { readonly type: "refresh-ports" }
  | { readonly type: "choose-port"; readonly path: string }
  /** the page has a port of its own (Web Serial) */
  | { readonly type: "use-browser-port" }
  | { readonly type: "write-firmware" }
  | { readonly type: "keep-firmware" }
  | {
      readonly type: "name";
      readonly thing: string;
      readonly pin: number;
      readonly pulseMs: number;
      readonly ledPin: number | null;
    }
  | { readonly type: "scan" }
  | { readonly type: "join"; readonly SSID: string; readonly password: string }
  | { readonly type: "certificate"; readonly choice: CertificateChoice }
  | { readonly type: "write-box" }
  | { readonly type: "open" }
  | { readonly type: "finish" }
  | { readonly type: "cancel" }
  /** to a step that is done */
  | { readonly type: "go"; readonly step: StepName };

/** What a page's port is told to do. Bytes to write are binary messages: see {@link writePrefix}. */
export type PortRequest =
  | { readonly type: "port"; readonly id: number; readonly do: "open"; readonly baudRate: number }
  | { readonly type: "port"; readonly id: number; readonly do: "close" }
  | {
      readonly type: "port";
      readonly id: number;
      readonly do: "signals";
      readonly signals: {
        readonly dataTerminalReady?: boolean;
        readonly requestToSend?: boolean;
        readonly break?: boolean;
      };
    };

/** A binary message to the page begins with its request's id: 4 bytes, little-endian. */
export const writePrefix = 4;

/** From the process to the page. */
export type ServerMessage = { readonly type: "view"; readonly view: SetupView } | PortRequest;

/** From the page to the process. A binary message is what its port has received. */
export type PageMessage =
  | { readonly type: "command"; readonly command: SetupCommand }
  /** there is a port that the person has allowed */
  | {
      readonly type: "port-ready";
      readonly usbVendorId: number | null;
      readonly usbProductId: number | null;
    }
  | { readonly type: "port-gone" }
  | { readonly type: "port-done"; readonly id: number; readonly error: string | null };
