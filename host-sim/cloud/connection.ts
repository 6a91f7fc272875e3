import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { type IConnectPacket, type Packet, type Parser, parser } from "mqtt-packet";
import { type Limits, silenceAllowedMs } from "./aws-limits.ts";
import type { ArnOf, ConnectRefusal, ConnectTerms, ConnectVerdict } from "./connect-rules.ts";
import { packetTypes } from "./frames.ts";
import { Inlet } from "./inlet.ts";
import { Outlet } from "./outlet.ts";
import { PacketRules, type PacketVerdict } from "./packet-rules.ts";
import type { CloudEvent, DisconnectReason, HungUpEvent } from "./records.ts";
import type { Principal } from "./registry.ts";

/**
 * Called right before a PUBLISH is written to a client's socket, with `performance.now()` of this
 * process, in milliseconds.
 */
export type OnDeliver = (clientId: string, topic: string, performanceNow: number) => void;

/** What a connection needs from its broker. */
export interface ConnectionHost {
  readonly limits: Limits;
  readonly onDeliver: OnDeliver | undefined;
  readonly arnOf: ArnOf;
  /** milliseconds since 1970 */
  readonly now: () => number;
  readonly record: (event: CloudEvent) => void;
  judge(packet: IConnectPacket, principal: Principal): ConnectVerdict;
  /**
   * The CONNECT was accepted: disconnect others with this client id, and begin to read from
   * `connection`.
   */
  accept(connection: Connection, terms: ConnectTerms): SessionState;
  /** CONNACK is about to be sent. */
  connected(connection: Connection, terms: ConnectTerms, session: SessionState): void;
  /** The connection is gone, whether or not it was accepted. Called once. */
  closed(connection: Connection, reason: DisconnectReason): void;
}

/** What was left of a session when its client reconnected. */
export interface SessionState {
  readonly sessionPresent: boolean;
  /** its subscriptions */
  readonly filters: readonly string[];
}

type State =
  | { readonly type: "awaiting-connect" }
  | { readonly type: "connecting"; readonly terms: ConnectTerms; readonly session: SessionState }
  | { readonly type: "connected"; readonly terms: ConnectTerms; readonly rules: PacketRules };

/** how long a peer may take to read the last bytes before a disconnect */
const lingerMs = 1000;

/**
 * One client's connection, as a stream between its TLS socket and aedes. Input that AWS IoT Core
 * would refuse never reaches aedes, and aedes's output is sent at AWS's pace. It ends once, by
 * {@link hangUp} or by aedes. Only the session survives it, in the store.
 */
export class Connection extends Duplex {
  readonly principal: Principal;
  readonly address: string;
  readonly #socket: TLSSocket;
  readonly #host: ConnectionHost;
  readonly #inlet: Inlet;
  readonly #outlet: Outlet;
  readonly #parser: Parser = parser({ protocolVersion: 4 });
  #parsed: Packet | Error | undefined;
  #state: State = { type: "awaiting-connect" };
  #reason: DisconnectReason | undefined;
  #silence: NodeJS.Timeout;

  constructor(socket: TLSSocket, principal: Principal, host: ConnectionHost) {
    super();
    const { limits, now, onDeliver } = host;
    this.principal = principal;
    this.address = socket.remoteAddress ?? "";
    this.#socket = socket;
    this.#host = host;
    this.#inlet = new Inlet(socket, limits, now, {
      onFrame: (frame, at) => this.#handle(frame, at),
      onProblem: (problem) => this.#violate(problem),
      onEnd: () => this.#lose(),
    });
    this.#outlet = new Outlet(socket, limits, now, {
      onConnack: (connack) => this.#handleConnack(connack),
      onPublish: onDeliver && ((topic) => onDeliver(this.clientId ?? "", topic, performance.now())),
    });
    this.#parser.on("packet", (packet) => {
      this.#parsed = packet;
    });
    this.#parser.on("error", (error) => {
      this.#parsed = error instanceof Error ? error : new Error(String(error));
    });
    this.#silence = setTimeout(
      () => this.#hangUpOnStranger("no-connect", "no CONNECT in time"),
      limits.connectTimeoutSeconds * 1000,
    );
    socket.setNoDelay(true);
    socket.on("error", () => this.#lose());
    socket.on("close", () => this.#lose());
  }

  /** Undefined until the CONNECT was accepted. */
  get clientId(): string | undefined {
    return this.#state.type === "awaiting-connect" ? undefined : this.#state.terms.clientId;
  }

  /** Whether CONNACK has been written. */
  get isConnected(): boolean {
    return this.#state.type === "connected" && !this.destroyed;
  }

  /** Whether the client may receive messages on `topic`: `iot:Receive`. */
  mayReceive(topic: string): boolean {
    if (this.#state.type === "awaiting-connect") return false;
    const { authorize, clientId } = this.#state.terms;
    const resource = this.#host.arnOf(`topic/${topic}`);
    if (authorize("iot:Receive", resource) === "allowed") return true;
    const { principalId } = this.principal;
    this.#host.record({ type: "denied", clientId, principalId, action: "iot:Receive", resource });
    return false;
  }

  /** The stored messages of the session have been written; new ones follow. */
  endReplay(): void {
    this.#outlet.replaying = false;
  }

  /** Ends the connection after pending output; `abruptly`: without DISCONNECT, like a fault. */
  hangUp(reason: DisconnectReason, abruptly = false): void {
    this.#reason ??= reason;
    if (abruptly) this.#socket.destroy();
    this.destroy();
  }

  override _read(): void {
    this.#inlet.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#outlet.send(chunk, done);
  }

  /** aedes corks: a packet arrives complete, in pieces. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#outlet.send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _destroy(_error: Error | null, done: (error: null) => void): void {
    clearTimeout(this.#silence);
    this.#inlet.close();
    this.#outlet.close();
    const socket = this.#socket;
    if (!socket.destroyed) {
      socket.resume(); // further input is discarded, so that it does not delay the end
      socket.destroySoon();
      const linger = setTimeout(() => socket.destroy(), lingerMs);
      socket.once("close", () => clearTimeout(linger));
    }
    // no reason: aedes ended the connection
    this.#host.closed(this, this.#reason ?? "SERVER_ERROR");
    done(null);
  }

  #handle(frame: Buffer, now: number): void {
    const packet = this.#parse(frame);
    const state = this.#state;
    if (packet instanceof Error) this.#violate(packet.message);
    else if (state.type === "awaiting-connect") {
      if (packet.cmd === "connect") this.#handleConnect(packet, frame);
      else this.#violate(`${packet.cmd.toUpperCase()} before CONNECT [MQTT-3.1.0-1]`);
    } else if (state.type === "connecting") {
      this.#violate(`${packet.cmd.toUpperCase()} before CONNACK`);
    } else {
      this.#silence.refresh();
      if (packet.cmd === "puback") this.#outlet.acknowledge(packet.messageId ?? 0, now);
      this.#execute(state.rules.judge(packet, now), state.terms.clientId, frame);
      // nothing may follow it [MQTT-3.14.4-2]; aedes disconnects when it has processed it
      if (packet.cmd === "disconnect") this.#finish("CLIENT_INITIATED_DISCONNECT");
    }
  }

  #parse(frame: Buffer): Packet | Error {
    this.#parsed = undefined;
    this.#parser.parse(frame); // calls back synchronously
    return this.#parsed ?? new Error("malformed packet");
  }

  #handleConnect(packet: IConnectPacket, frame: Buffer): void {
    const verdict = this.#host.judge(packet, this.principal);
    if (verdict.type === "refuse") {
      this.#refuse(verdict, packet.clientId);
      return;
    }
    const { terms } = verdict;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(
      () => this.hangUp("MQTT_KEEP_ALIVE_TIMEOUT"),
      silenceAllowedMs(terms.keepAliveSeconds),
    );
    this.#state = { type: "connecting", terms, session: this.#host.accept(this, terms) };
    this.#pass(frame);
  }

  #refuse({ reason, returnCode, detail, denied }: ConnectRefusal, clientId: string): void {
    const { principalId } = this.principal;
    if (denied !== undefined) {
      this.#host.record({ type: "denied", clientId, principalId, ...denied });
    }
    this.#host.record({ type: "refused", clientId, principalId, reason, returnCode, detail });
    this.#socket.write(Buffer.from([packetTypes.connack << 4, 2, 0, returnCode]));
    this.hangUp("AUTH_ERROR");
  }

  /** From here on, the client may send. */
  #handleConnack(connack: Buffer): void {
    if (this.#state.type !== "connecting" || connack.readUInt8(3) !== 0) return;
    const { terms, session } = this.#state;
    // aedes reports a session as present only if it has subscriptions
    connack.writeUInt8(session.sessionPresent ? 1 : 0, 2);
    this.#outlet.replaying = session.sessionPresent;
    const { limits, arnOf, now } = this.#host;
    const rules = new PacketRules(terms.authorize, limits, arnOf, session.filters, now());
    this.#state = { type: "connected", terms, rules };
    this.#host.connected(this, terms, session);
  }

  #execute(verdict: PacketVerdict, clientId: string, frame: Buffer): void {
    const { principalId } = this.principal;
    switch (verdict.type) {
      case "pass":
        this.#pass(frame);
        return;
      case "ignore":
        this.#host.record({ type: "ignored", clientId, packet: verdict.packet });
        return;
      case "discard":
        this.#host.record({ type: "discarded", clientId, topic: verdict.topic });
        return;
      case "deny": {
        const { action, resource } = verdict;
        this.#host.record({ type: "denied", clientId, principalId, action, resource });
        this.#finish("AUTH_ERROR");
        return;
      }
      case "violate":
        this.#violate(verdict.rule);
    }
  }

  #pass(frame: Buffer): void {
    if (!this.push(frame)) this.#inlet.pause();
  }

  #violate(rule: string): void {
    if (this.#state.type === "awaiting-connect") {
      this.#hangUpOnStranger("malformed", rule);
      return;
    }
    this.#host.record({ type: "violation", clientId: this.#state.terms.clientId, rule });
    if (this.#state.type === "connected") this.#finish("CLIENT_ERROR");
    else this.hangUp("CLIENT_ERROR");
  }

  #lose(): void {
    if (this.destroyed) return;
    if (this.#state.type !== "awaiting-connect") this.#finish("CONNECTION_LOST");
    else this.#hangUpOnStranger("connection-lost", "before CONNECT");
  }

  /** Stops reading, and ends after aedes has processed earlier input, especially a DISCONNECT. */
  #finish(reason: DisconnectReason): void {
    this.#reason ??= reason;
    this.#inlet.close();
    this.push(null);
  }

  #hangUpOnStranger(reason: HungUpEvent["reason"], detail: string): void {
    this.#host.record({ type: "hung-up", reason, address: this.address, detail });
    this.hangUp("CLIENT_ERROR");
  }
}
