import { connect as connectTo, createServer, type Server, type Socket } from "node:net";
import { Lane, type LaneConditions } from "../hardware/lane.ts";

export interface RelayTarget {
  readonly host: string;
  readonly port: number;
}

/**
 * Relays an emulated box's connection to its broker without touching TLS. It can delay, lose or
 * refuse traffic. An image has one broker address; this listens there, wherever the broker is.
 */
export class Relay implements LaneConditions {
  /** ms, each way */
  latencyMs = 0;
  /** 0–100, of the data sent at one moment */
  lossPercent = 0;
  readonly #target: RelayTarget;
  readonly #server: Server;
  readonly #connections = new Set<RelayedConnection>();
  #isRefused = false;

  private constructor(target: RelayTarget) {
    this.#target = target;
    this.#server = createServer((socket) => {
      if (this.#isRefused) {
        socket.destroy();
        return;
      }
      const connection = new RelayedConnection(socket, connectTo(this.#target), this, () =>
        this.#connections.delete(connection),
      );
      this.#connections.add(connection);
    });
  }

  /** On loopback. Rejects with the system's error if the port is not available. */
  static listen(port: number, target: RelayTarget): Promise<Relay> {
    const relay = new Relay(target);
    return new Promise((resolve, reject) => {
      relay.#server.once("error", reject);
      relay.#server.listen(port, "127.0.0.1", () => resolve(relay));
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  random(): number {
    return Math.random();
  }

  /** As if the broker were down: open connections are cut, and new ones are refused. */
  refuse(isRefused: boolean): void {
    this.#isRefused = isRefused;
    if (isRefused) this.#cut();
  }

  close(): Promise<void> {
    this.#cut();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #cut(): void {
    for (const connection of this.#connections) connection.end();
  }
}

/** Two sockets; data from one goes to the other through a lane of its own. */
class RelayedConnection {
  readonly #sockets: readonly [Socket, Socket];
  readonly #lanes: Lane[];
  readonly #onEnded: () => void;
  #isOver = false;

  constructor(client: Socket, server: Socket, conditions: LaneConditions, onEnded: () => void) {
    this.#sockets = [client, server];
    this.#onEnded = onEnded;
    this.#lanes = [this.#pass(client, server, conditions), this.#pass(server, client, conditions)];
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const lane of this.#lanes) lane.clear();
    for (const socket of this.#sockets) socket.destroy();
    this.#onEnded();
  }

  #pass(from: Socket, to: Socket, conditions: LaneConditions): Lane {
    const lane = new Lane(conditions);
    from.setNoDelay(true);
    from.on("data", (bytes) => lane.push(() => void to.write(bytes)));
    from.on("end", () => lane.push(() => void to.end()));
    // A reset is passed on as an end: the other side is notified at once either way.
    from.on("error", () => this.end());
    from.on("close", () => {
      if (to.destroyed) this.end();
    });
    return lane;
  }
}
