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
import { encodeDisconnect, encodePublish } from "./mqtt/encode.ts";
import { Handshake, type SendEffect, type SessionError } from "./mqtt/handshake.ts";

export interface ClaimExchangeOptions {
  readonly thingName: string;
  readonly template: string;
  /** PKCS#10, PEM: read when it is sent, not before */
  readonly request: () => string | undefined;
  readonly parser: PacketParser;
}

export type ClaimExchangeEffect =
  | SendEffect
  /** first step done: AWS has made the certificate but not attached it to a thing */
  | { readonly type: "issued"; readonly issued: IssuedCertificate }
  /** the certificate belongs to the thing; DER, base64 */
  | { readonly type: "provisioned"; readonly certificate: string }
  | { readonly type: "failed"; readonly error: ClaimError };

type Question = "certificate" | "thing";
type Step = "connecting" | "subscribing" | Question;

/** For each answer. AWS may hold CONNACK back for 15 s. */
export const answerTimeoutMs = 20_000;

/**
 * Longer than the whole exchange, which waits for four answers and sends something after each:
 * PINGREQ is never due.
 */
const keepAliveSeconds = 120;

/**
 * Maximum length of an answer: a certificate of 1.2 kB and a token of about 0.5 kB, with a margin.
 * It applies to this connection only; commands keep their own, smaller limit.
 */
export const answerBytes = 8_192;

/** Packet identifiers of the packets the box sends. They only have to differ. */
const identifiers = { subscribe: 1, certificate: 2, thing: 3 } as const;

/**
 * One connection with the claim certificate, for a box that has no certificate yet:
 * CreateCertificateFromCsr, then RegisterThing. Bytes and time in, effects out. It accepts the
 * answers to its two requests and nothing else; commands are ignored.
 */
export class ClaimExchange {
  readonly #options: ClaimExchangeOptions;
  readonly #topics: ClaimTopics;
  readonly #decoder: Decoder;
  readonly #handshake: Handshake;
  #issued: IssuedCertificate | undefined;
  /** the last request; it counts once the handshake is ready */
  #question: Question = "certificate";
  #since = 0;

  /** @param issued by an earlier exchange that was not completed */
  constructor(options: ClaimExchangeOptions, issued: IssuedCertificate | undefined) {
    this.#options = options;
    this.#topics = claimTopicsOf(options.template);
    this.#decoder = new Decoder(options.parser, answerBytes);
    this.#issued = issued;
    const clientIdentifier = `${claimClientIdPrefix}${options.thingName}`;
    const { certificate, thing } = this.#topics;
    this.#handshake = new Handshake(
      { clientIdentifier, keepAliveSeconds },
      [certificate.accepted, certificate.rejected, thing.accepted, thing.rejected],
      () => identifiers.subscribe,
    );
  }

  /** When {@link handleTimeout} must be called, in ticks. */
  get deadline(): number | undefined {
    return this.#isOver ? undefined : this.#since + answerTimeoutMs;
  }

  get step(): Step | "over" {
    const { state } = this.#handshake;
    if (state === "closed") return "over";
    return state === "ready" ? this.#question : state;
  }

  /** The TLS connection is up. */
  connect(now: number): ClaimExchangeEffect[] {
    this.#since = now;
    return [this.#handshake.connect(now)];
  }

  /** Sends DISCONNECT if the peer has accepted the connection. */
  disconnect(): SendEffect[] {
    const { step } = this;
    this.#handshake.close();
    if (step === "over" || step === "connecting") return [];
    return [{ type: "send", bytes: encodeDisconnect() }];
  }

  handleBytes(bytes: Uint8Array, now: number): ClaimExchangeEffect[] {
    if (this.#isOver) return [];
    this.#decoder.receive(bytes);
    const effects: ClaimExchangeEffect[] = [];
    for (let packet = this.#decoder.next(); packet; packet = this.#decoder.next()) {
      effects.push(...this.#handlePacket(packet, now));
      if (this.#isOver) return effects;
    }
    const { error } = this.#decoder;
    if (error !== undefined) effects.push(...this.#fail("peer", "protocol", error));
    return effects;
  }

  handleTimeout(now: number): ClaimExchangeEffect[] {
    const { step } = this;
    if (step === "over" || now < this.#since + answerTimeoutMs) return [];
    const detail = `timeout after ${answerTimeoutMs} ms: ${awaited[step]}`;
    return this.#fail("transport", "no-answer", detail);
  }

  get #isOver(): boolean {
    return this.#handshake.state === "closed";
  }

  #handlePacket(packet: ServerPacket, now: number): ClaimExchangeEffect[] {
    const effect = this.#handshake.handle(packet, now);
    switch (effect?.type) {
      case undefined:
        return packet.type === "PUBLISH" ? this.#handlePublish(packet, now) : [];
      case "send":
        this.#since = now;
        return [effect];
      case "ready":
        return this.#issued === undefined
          ? this.#askForCertificate(now)
          : this.#askForThing(this.#issued, now);
      case "failed":
        return this.#failWith(explain(effect.error));
    }
  }

  #askForCertificate(now: number): ClaimExchangeEffect[] {
    const certificateSigningRequest = this.#options.request();
    if (certificateSigningRequest === undefined) {
      return this.#fail("person", "no-request", "no request in the image: rebuild it");
    }
    return this.#ask("certificate", writeCertificateRequest(certificateSigningRequest), now);
  }

  #askForThing({ ownershipToken }: IssuedCertificate, now: number): ClaimExchangeEffect[] {
    const request = {
      certificateOwnershipToken: ownershipToken,
      thingName: this.#options.thingName,
    };
    return this.#ask("thing", writeThingRequest(request), now);
  }

  #ask(question: Question, payload: string, now: number): ClaimExchangeEffect[] {
    this.#question = question;
    this.#since = now;
    const bytes = encodePublish({
      topic: this.#topics[question].request,
      retain: false,
      dup: false,
      payload,
      packetIdentifier: identifiers[question],
    });
    return [{ type: "send", bytes }];
  }

  #handlePublish(packet: PublishPacket, now: number): ClaimExchangeEffect[] {
    const acknowledgement = this.#handshake.acknowledge(packet);
    // Only an answer to the last request counts.
    const { step } = this;
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
      const detail = "certificatePem is not a certificate, or too long";
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

  #fail(who: ClaimError["who"], reason: ClaimFailure, detail: string): ClaimExchangeEffect[] {
    return this.#failWith({ who, reason, detail });
  }

  #failWith(error: ClaimError): ClaimExchangeEffect[] {
    this.#handshake.close();
    return [{ type: "failed", error }];
  }
}

const awaited: Readonly<Record<Step, string>> = {
  connecting: "CONNACK",
  subscribing: "SUBACK",
  certificate: "no answer to CreateCertificateFromCsr",
  thing: "no answer to RegisterThing",
};

/** What a failed handshake means for a claim. */
function explain({ who, reason, detail }: SessionError): ClaimError {
  if (who !== "person") {
    return { who, reason: who === "peer" ? "protocol" : "connection", detail };
  }
  const missing =
    reason === "subscription-refused" ? "to subscribe to its four answers" : "its client id";
  const words = `${detail}: the claim's policy must allow ${missing}`;
  return { who, reason: "not-authorized", detail: words };
}
