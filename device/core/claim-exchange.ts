import {
  readCertificateAnswer,
  readRejection,
  readThingAnswer,
  writeCertificateRequest,
  writeThingRequest,
} from "../messages/claim.ts";
import { type ClaimTopics, claimClientIdPrefix, claimTopicsOf } from "../messages/claim-topics.ts";
import type { ClaimError, ClaimFailure } from "./claim-error.ts";
import { base64OfPem, type IssuedCertificate } from "./issued-certificate.ts";
import { Decoder, type PacketParser, type PublishPacket, type ServerPacket } from "./mqtt/codec.ts";
import {
  encodeConnect,
  encodeDisconnect,
  encodePuback,
  encodePublish,
  encodeSubscribe,
} from "./mqtt/encode.ts";
import type { SendEffect } from "./mqtt/session.ts";

export interface ClaimExchangeOptions {
  readonly thingName: string;
  readonly template: string;
  /** PKCS#10, PEM: read when it is sent, not before */
  readonly request: () => string | undefined;
  readonly parser: PacketParser;
}

export type ClaimExchangeEffect =
  | SendEffect
  /** half of the way: AWS knows the certificate, but not what for */
  | { readonly type: "issued"; readonly issued: IssuedCertificate }
  /** the certificate stands for the thing; DER, base64 */
  | { readonly type: "provisioned"; readonly certificate: string }
  | { readonly type: "failed"; readonly error: ClaimError };

type Step = "connecting" | "subscribing" | "certificate" | "thing";

/** For each answer; AWS may hold CONNACK back for 15 s. */
export const answerTimeoutMs = 20_000;

/**
 * Longer than the whole exchange, which has four answers to wait for and sends something after each:
 * no PINGREQ is ever due.
 */
const keepAliveSeconds = 120;

/**
 * An answer may be this long: a certificate of 1.2 kB and a token of about half a kB, with room to
 * spare. It is for this one connection; commands keep their own, smaller limit.
 */
export const answerBytes = 8_192;

/** AWS's QoS 1 identifiers are its own; ours need no more than to differ. */
const identifiers = { subscribe: 1, certificate: 2, thing: 3 } as const;

/**
 * One connection of a box that has no certificate yet, as the claim: CreateCertificateFromCsr, then
 * RegisterThing. Bytes and time come in, effects go out. It hears the answers to its own two
 * questions and nothing else; a command is not among them.
 */
export class ClaimExchange {
  readonly #options: ClaimExchangeOptions;
  readonly #topics: ClaimTopics;
  readonly #decoder: Decoder;
  #issued: IssuedCertificate | undefined;
  #step: Step | "over" = "over";
  #since = 0;

  /** @param issued by an earlier exchange that came no further */
  constructor(options: ClaimExchangeOptions, issued: IssuedCertificate | undefined) {
    this.#options = options;
    this.#topics = claimTopicsOf(options.template);
    this.#decoder = new Decoder(options.parser, answerBytes);
    this.#issued = issued;
  }

  /** When {@link handleTimeout} wants to be called, in ticks. */
  get deadline(): number | undefined {
    return this.#step === "over" ? undefined : this.#since + answerTimeoutMs;
  }

  get step(): Step | "over" {
    return this.#step;
  }

  /** The TLS connection is up. */
  connect(now: number): ClaimExchangeEffect[] {
    const clientIdentifier = `${claimClientIdPrefix}${this.#options.thingName}`;
    return this.#await("connecting", now, encodeConnect({ clientIdentifier, keepAliveSeconds }));
  }

  /** DISCONNECT, where there is somebody to tell. */
  disconnect(): SendEffect[] {
    const wasConnected = this.#step !== "over" && this.#step !== "connecting";
    this.#step = "over";
    return wasConnected ? [{ type: "send", bytes: encodeDisconnect() }] : [];
  }

  handleBytes(bytes: Uint8Array, now: number): ClaimExchangeEffect[] {
    if (this.#step === "over") return [];
    this.#decoder.receive(bytes);
    const effects: ClaimExchangeEffect[] = [];
    for (let packet = this.#decoder.next(); packet; packet = this.#decoder.next()) {
      effects.push(...this.#handlePacket(packet, now));
      if (isOver(this.#step)) return effects;
    }
    const { error } = this.#decoder;
    if (error !== undefined) effects.push(...this.#fail("peer", "protocol", error));
    return effects;
  }

  handleTimeout(now: number): ClaimExchangeEffect[] {
    if (this.deadline === undefined || now < this.deadline) return [];
    const detail = `none within ${answerTimeoutMs} ms: ${awaited[this.#step as Step]}`;
    return this.#fail("transport", "no-answer", detail);
  }

  #handlePacket(packet: ServerPacket, now: number): ClaimExchangeEffect[] {
    switch (packet.type) {
      case "CONNACK":
        return this.#handleConnack(packet.returnCode, now);
      case "SUBACK":
        return this.#handleSuback(packet.returnCodes, now);
      case "PUBLISH":
        return this.#handlePublish(packet, now);
      case "PUBACK":
      case "PINGRESP":
        return []; // what counts is the answer
    }
  }

  #handleConnack(returnCode: number, now: number): ClaimExchangeEffect[] {
    if (this.#step !== "connecting") return this.#fail("peer", "protocol", "a second CONNACK");
    if (returnCode === 3) return this.#fail("transport", "connection", "server unavailable");
    if (returnCode !== 0) {
      const detail = `CONNACK return code ${returnCode}: the claim's policy must allow its client id`;
      return this.#fail("person", "not-authorized", detail);
    }
    const { certificate, thing } = this.#topics;
    const bytes = encodeSubscribe(
      identifiers.subscribe,
      ...[certificate.accepted, certificate.rejected, thing.accepted, thing.rejected],
    );
    return this.#await("subscribing", now, bytes);
  }

  #handleSuback(returnCodes: readonly number[], now: number): ClaimExchangeEffect[] {
    if (this.#step !== "subscribing") return [];
    if (returnCodes.length !== 4 || returnCodes.some((code) => code > 1)) {
      const detail = "the claim's policy must allow to subscribe to its four answers";
      return this.#fail("person", "not-authorized", detail);
    }
    return this.#issued === undefined
      ? this.#askForCertificate(now)
      : this.#askForThing(this.#issued, now);
  }

  #askForCertificate(now: number): ClaimExchangeEffect[] {
    const certificateSigningRequest = this.#options.request();
    if (certificateSigningRequest === undefined) {
      return this.#fail("person", "no-request", "the image holds no request: build it anew");
    }
    return this.#await(
      "certificate",
      now,
      encodePublish({
        topic: this.#topics.certificate.request,
        retain: false,
        dup: false,
        payload: writeCertificateRequest(certificateSigningRequest),
        packetIdentifier: identifiers.certificate,
      }),
    );
  }

  #askForThing({ ownershipToken }: IssuedCertificate, now: number): ClaimExchangeEffect[] {
    const payload = writeThingRequest({
      certificateOwnershipToken: ownershipToken,
      thingName: this.#options.thingName,
    });
    return this.#await(
      "thing",
      now,
      encodePublish({
        topic: this.#topics.thing.request,
        retain: false,
        dup: false,
        payload,
        packetIdentifier: identifiers.thing,
      }),
    );
  }

  #handlePublish(packet: PublishPacket, now: number): ClaimExchangeEffect[] {
    const acknowledgement = this.#acknowledge(packet);
    // Nothing may speak for AWS but an answer to what has just been asked.
    const step = this.#step;
    if (packet.retain || (step !== "certificate" && step !== "thing")) return acknowledgement;
    const { accepted, rejected } = this.#topics[step];
    const isAccepted = packet.topic === accepted;
    if (!isAccepted && packet.topic !== rejected) return acknowledgement;
    if (packet.payloadLength > answerBytes - packet.topic.length - 4) {
      const detail = `an answer of ${packet.payloadLength} bytes`;
      return [...acknowledgement, ...this.#fail("peer", "answer", detail)];
    }
    if (!isAccepted) {
      const { isTemporary, detail } = readRejection(packet.text);
      return [
        ...acknowledgement,
        ...this.#fail(isTemporary ? "transport" : "person", "rejected", detail),
      ];
    }
    const effects =
      step === "certificate"
        ? this.#handleIssued(packet.text, now)
        : this.#handleProvisioned(packet.text);
    return [...acknowledgement, ...effects];
  }

  #handleIssued(text: string, now: number): ClaimExchangeEffect[] {
    const answer = readCertificateAnswer(text);
    if (typeof answer === "string") return this.#fail("peer", "answer", answer);
    const certificate = base64OfPem(answer.certificatePem);
    if (certificate === undefined) {
      const detail = "certificatePem is no certificate, or too long to be stored";
      return this.#fail("peer", "answer", detail);
    }
    const issued = { certificate, ownershipToken: answer.certificateOwnershipToken };
    this.#issued = issued;
    return [{ type: "issued", issued }, ...this.#askForThing(issued, now)];
  }

  #handleProvisioned(text: string): ClaimExchangeEffect[] {
    const { thingName } = this.#options;
    const name = readThingAnswer(text);
    if (this.#issued === undefined || name !== thingName) {
      const other = name === undefined ? "no thing" : `the thing ${name.slice(0, 64)}`;
      const detail = `the template made ${other}, not ${thingName}: its ThingName must be the parameter of that name`;
      return this.#fail("person", "answer", detail);
    }
    return [{ type: "provisioned", certificate: this.#issued.certificate }];
  }

  #acknowledge({ packetIdentifier }: PublishPacket): SendEffect[] {
    if (packetIdentifier === undefined) return [];
    return [{ type: "send", bytes: encodePuback(packetIdentifier) }];
  }

  #await(step: Step, now: number, bytes: Uint8Array): ClaimExchangeEffect[] {
    this.#step = step;
    this.#since = now;
    return [{ type: "send", bytes }];
  }

  #fail(who: ClaimError["who"], reason: ClaimFailure, detail: string): ClaimExchangeEffect[] {
    return this.#failWith({ who, reason, detail });
  }

  #failWith(error: ClaimError): ClaimExchangeEffect[] {
    this.#step = "over";
    return [{ type: "failed", error }];
  }
}

const awaited: Readonly<Record<Step, string>> = {
  connecting: "CONNACK",
  subscribing: "SUBACK",
  certificate: "the answer to CreateCertificateFromCsr",
  thing: "the answer to RegisterThing",
};

/** Handling a packet may end it behind the compiler's back. */
function isOver(step: Step | "over"): boolean {
  return step === "over";
}
