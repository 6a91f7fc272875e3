import { randomUUID } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Settings } from "../../device/config.ts";
import { gateCommandFilter, topicsOf } from "../../device/messages/topics.ts";
import { serviceFor } from "../broker/options.ts";
import { readIdentity } from "../certs/identity.ts";
import { UserError } from "../command-line/user-error.ts";
import { type Conversation, converse } from "./conversation.ts";
import { type BrokerFacts, isWorthAlpn, isWorthAnotherTry } from "./judge-broker.ts";
import type { BoxCredentials } from "./local-checks.ts";
import { askBoxStatus, type BoxStatus, Observer, type ObserverOptions } from "./observer.ts";
import type { Timing } from "./surroundings.ts";
import { type Handshake, shakeHands } from "./tls-probe.ts";

export interface VisitOptions {
  readonly certs: string;
  /** the folder of the box, in `certs` */
  readonly thing: string;
  readonly settings: Settings;
  readonly address: string;
  readonly credentials: BoxCredentials;
  readonly timing: Timing;
}

/** All checks at the broker: as the box and, if there is a service certificate, as the service. */
export class BrokerVisit {
  readonly #options: VisitOptions;

  constructor(options: VisitOptions) {
    this.#options = options;
  }

  /** Makes a TLS handshake as the box, then disconnects. */
  async handshake(): Promise<Handshake> {
    const handshake = await this.#shakeHands(this.#options.settings.alpn);
    if (handshake.type === "secure") handshake.socket.destroy();
    return handshake;
  }

  askBoxStatus(): Promise<BoxStatus> {
    return askBoxStatus(this.#observerOptions());
  }

  /** Connects as the box, which disconnects any other client with its client ID. */
  async connect(boxWasOnline: boolean): Promise<BrokerFacts> {
    const { settings } = this.#options;
    const observer = await Observer.join(this.#observerOptions());
    try {
      let eventId = randomUUID();
      const first = await this.#converse(settings.alpn, eventId);
      let second: Conversation | undefined;
      if (isWorthAnotherTry(first)) {
        await this.#pause();
        eventId = randomUUID();
        second = await this.#converse(settings.alpn, eventId);
      }
      const last = second ?? first;
      const isPublished = last.stage === "watch";
      return {
        conversations: second === undefined ? [first] : [first, second],
        eventHeard: isPublished && observer ? await observer.hears(eventId) : undefined,
        announcement: await observer?.announcement(),
        keptWithAlpn: isWorthAlpn(last) && !settings.alpn && (await this.#isKeptWithAlpn()),
        boxWasOnline,
      };
    } finally {
      await observer?.leave();
    }
  }

  /** Connects again with the box's last will, then sends DISCONNECT, so that the will is not published. */
  async connectWithWill(): Promise<Conversation> {
    await this.#pause();
    return this.#converse(this.#options.settings.alpn, randomUUID(), true);
  }

  async #isKeptWithAlpn(): Promise<boolean> {
    await this.#pause();
    return !isWorthAlpn(await this.#converse(true, randomUUID()));
  }

  async #converse(alpn: boolean, eventId: string, withWill = false): Promise<Conversation> {
    const handshake = await this.#shakeHands(alpn);
    if (handshake.type !== "secure") {
      const alert = handshake.type === "alert" ? handshake.alert : undefined;
      return { stage: "admission", ending: { type: "closed", alert }, commandRetained: false };
    }
    const { settings, timing } = this.#options;
    const { thingName: clientId, keepAliveSeconds, prefix, gates } = settings;
    const topics = topicsOf(prefix, clientId);
    const moreFilters = gates.length === 0 ? [] : [gateCommandFilter(prefix, clientId)];
    return converse(
      handshake.socket,
      { clientId, keepAliveSeconds, topics, moreFilters, withWill, timing },
      eventId,
    );
  }

  #observerOptions(): ObserverOptions {
    const { settings, timing } = this.#options;
    return {
      prefix: settings.prefix,
      thing: settings.thingName,
      timing,
      dial: () => this.#dialAsService(),
    };
  }

  async #dialAsService(): Promise<TLSSocket | undefined> {
    const { certs, thing, settings } = this.#options;
    const service = await serviceFor({ certs, thing })
      .then((name) => readIdentity(certs, name))
      .catch((error: unknown) => {
        // Without a service certificate, there is no observer. The box itself does not need one.
        if (error instanceof UserError) return undefined;
        throw error;
      });
    if (service === undefined) return undefined;
    const handshake = await shakeHands({
      ...this.#common(settings.alpn),
      identity: { certificate: service.chainPem, key: service.keyPem },
    });
    return handshake.type === "secure" ? handshake.socket : undefined;
  }

  #shakeHands(alpn: boolean): Promise<Handshake> {
    const { certificatePem: certificate, keyPem: key } = this.#options.credentials;
    return shakeHands({ ...this.#common(alpn), identity: { certificate, key } });
  }

  #common(alpn: boolean) {
    const { address, settings, credentials, timing } = this.#options;
    const { endpoint, port } = settings;
    return { address, endpoint, port, ca: credentials.caPem, alpn, timeoutMs: timing.tlsMs };
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.#options.timing.pauseMs));
  }
}
