import { setTimeout as sleep } from "node:timers/promises";
import { readSerialLine, type SerialRecord } from "../../host-sim/esp32/serial-line.ts";
import type { BoardPort, PortError } from "../serial/board-port.ts";
import { ImprovClient } from "./improv-client.ts";
import { KeptPort } from "./kept-port.ts";
import { LineSplitter } from "./line-splitter.ts";

export interface LinkListener {
  /** A line of the firmware. */
  onRecord(record: SerialRecord): void;
  /** Any other line, untrusted. */
  onText(line: string): void;
  onLost(error: PortError): void;
}

const resetMs = 100;

/** The board at the other end of a port: its lines, and Improv. The port stays open until `release`. */
export class BoardLink {
  readonly name: string;
  readonly hasControlLines: boolean;
  /** for the loader */
  readonly port: KeptPort;
  readonly improv: ImprovClient;

  /** @param name what the port is called */
  constructor(name: string, port: BoardPort, hasControlLines: boolean, listener: LinkListener) {
    const lines = new LineSplitter();
    this.name = name;
    this.hasControlLines = hasControlLines;
    this.improv = new ImprovClient((bytes) => this.port.send(bytes));
    this.port = new KeptPort(port, {
      onBytes: (bytes) => {
        this.improv.receive(bytes);
        for (const line of lines.take(bytes)) {
          const read = readSerialLine(line.trim());
          if (read.type === "record") listener.onRecord(read.record);
          else listener.onText(line);
        }
      },
      onLost: (error) => listener.onLost(error),
    });
  }

  /** Does nothing when the port is open. @throws PortError */
  open(): Promise<void> {
    return this.port.listen();
  }

  /** Restarts the board. A port without control lines cannot. */
  async reset(): Promise<void> {
    if (!this.hasControlLines) return;
    await this.port.setSignals({ dataTerminalReady: false, requestToSend: true });
    await sleep(resetMs);
    await this.port.setSignals({ dataTerminalReady: false, requestToSend: false });
  }

  /**
   * Before a loader is spoken to over a port without control lines: an emulated board starts its loader
   * at a new connection. On a real one, somebody holds BOOT.
   */
  async prepareForLoader(): Promise<void> {
    if (!this.hasControlLines) await this.release();
  }

  release(): Promise<void> {
    this.improv.cancel();
    return this.port.release();
  }
}
