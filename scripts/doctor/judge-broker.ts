import type { Conversation } from "./conversation.ts";
import { failed, type Judgement, ok, skipped, unknown, warning } from "./finding.ts";
import type { BoxStatus } from "./observer.ts";

/** From what a connection showed to what is wrong; pure. */

/** The lines that one conversation fills. */
export interface BrokerJudgement {
  readonly connect: Judgement;
  readonly subscribe: Judgement;
  readonly publish: Judgement;
  readonly secondClient: Judgement;
}

/** What the doctor saw while it was connected as the box. */
export interface BrokerFacts {
  /** one, and another when the first was hung up on after CONNACK: once may be chance */
  readonly conversations: readonly [Conversation] | readonly [Conversation, Conversation];
  /** whether the observer heard the event that was published; undefined: nobody could listen */
  readonly eventHeard: boolean | undefined;
  /** what a box of this name said of itself when it came online meanwhile, which the doctor never does */
  readonly announcement: BoxStatus | undefined;
  /** whether a connection with ALPN comes further than this one without */
  readonly keptWithAlpn: boolean;
  /** whether it was known to be online, and was thrown out by looking */
  readonly boxWasOnline: boolean;
}

/** Whether ALPN may be what is missing: it was let in nowhere. */
export function isWorthAlpn({ stage, ending }: Conversation): boolean {
  return stage === "admission" || (stage === "connack" && ending.type !== "refused");
}

/** Whether the end may have been another client's doing, so that a second try tells more. */
export function isWorthAnotherTry({ stage, ending }: Conversation): boolean {
  return ending.type === "closed" && ["suback", "puback", "watch"].includes(stage);
}

export function judgeBroker(facts: BrokerFacts): BrokerJudgement {
  const last = facts.conversations[facts.conversations.length - 1] ?? facts.conversations[0];
  const [first] = facts.conversations;
  // Thrown out at one moment and then at another, it is not what it said that was denied.
  const isOthersDoing = first.stage !== last.stage || last.stage === "watch";
  const isTakenOver =
    facts.announcement !== undefined || (isWorthAnotherTry(last) && isOthersDoing);
  const rest = skipped("the step before it failed");
  const connected = ok("CONNACK: let in");
  if (isTakenOver) return takenOver(facts, last);
  switch (last.stage) {
    case "admission":
    case "connack":
      return {
        connect: judgeConnect(last, facts),
        subscribe: rest,
        publish: rest,
        secondClient: rest,
      };
    case "suback":
      return {
        connect: connected,
        subscribe: judgeAnswer(last, "SUBSCRIBE", "subscribe-denied"),
        publish: rest,
        secondClient: rest,
      };
    case "puback":
      return {
        connect: connected,
        subscribe: judgeSubscription(last),
        publish: judgeAnswer(last, "PUBLISH", "publish-denied"),
        secondClient: rest,
      };
    case "watch":
      return {
        connect: connected,
        subscribe: judgeSubscription(last),
        publish: judgeDelivery(facts.eventHeard),
        secondClient: judgeWatch(first, last),
      };
  }
}

/** Whoever is thrown out was let in, and what it had said was taken. */
function takenOver(facts: BrokerFacts, last: Conversation): BrokerJudgement {
  const isPast = (stage: Conversation["stage"]) =>
    facts.conversations.some((each) => stages.indexOf(each.stage) > stages.indexOf(stage));
  const cut = unknown("the connection was taken over before there was an answer");
  return {
    connect: ok("CONNACK: let in"),
    subscribe: isPast("suback") ? judgeSubscription(last) : cut,
    publish: isPast("puback") ? ok("PUBACK: taken") : cut,
    secondClient: judgeRival(facts),
  };
}

/** One box that was thrown out by looking and came back, or one with a rival it fights? */
function judgeRival({ announcement, boxWasOnline }: BrokerFacts): Judgement {
  if (announcement === undefined) {
    return failed("taken-over", "thrown out by another client with this id, twice in a row");
  }
  if (isRestless(announcement)) {
    return failed("taken-over", `thrown out by a box that ${historyOf(announcement)}`);
  }
  return boxWasOnline
    ? unknown("the box took its place back; to look for a second one, switch this one off")
    : warning("taken-over", `thrown out by a box that was online: it ${historyOf(announcement)}`);
}

function historyOf({ connections, uptimeMs }: BoxStatus): string {
  const minutes = Math.max(1, Math.round(uptimeMs / 60_000));
  return `has connected ${connections} times within ${minutes} min`;
}

/** A box that holds its connection for less than this on average, in ms, and after so many, is not well. */
const shortMs = 10 * 60 * 1000;
const manyConnections = 5;

const isRestless = ({ connections, uptimeMs }: BoxStatus) =>
  connections >= manyConnections && uptimeMs / connections < shortMs;

const stages: readonly Conversation["stage"][] = [
  "admission",
  "connack",
  "suback",
  "puback",
  "watch",
];

function judgeConnect(last: Conversation, { keptWithAlpn }: BrokerFacts): Judgement {
  if (keptWithAlpn) return failed("alpn-missing", "not let in, but with ALPN x-amzn-mqtt-ca");
  return last.stage === "admission" ? judgeAdmission(last) : judgeConnack(last);
}

function judgeAdmission({ ending }: Conversation): Judgement {
  switch (ending.type) {
    case "closed":
      return failed(
        "certificate-refused",
        `hung up on right after the handshake, before CONNECT${alertIn(ending.alert)}`,
      );
    default:
      return failed("not-mqtt", "the broker spoke first, which MQTT does not");
  }
}

/** CONNACK's return codes (MQTT 3.1.1, table 3.1). */
function judgeConnack({ ending }: Conversation): Judgement {
  switch (ending.type) {
    case "refused":
      switch (ending.returnCode) {
        case 1:
          return failed("not-mqtt", "CONNACK 1: it does not take MQTT 3.1.1");
        case 2:
          return failed("client-id-refused", "CONNACK 2: identifier rejected");
        case 3:
          return failed("broker-unavailable", "CONNACK 3: server unavailable");
        default:
          return failed("connect-denied", `CONNACK ${ending.returnCode}: not authorized`);
      }
    case "closed":
      return failed(
        "not-let-in",
        `hung up on after CONNECT, without CONNACK${alertIn(ending.alert)}`,
      );
    case "silent":
      return failed("silent", "no CONNACK came");
    default:
      return failed("not-mqtt", "the answer to CONNECT is no CONNACK");
  }
}

function judgeAnswer(
  { ending }: Conversation,
  packet: "SUBSCRIBE" | "PUBLISH",
  denied: "subscribe-denied" | "publish-denied",
): Judgement {
  switch (ending.type) {
    case "closed":
      return failed(denied, `hung up on after ${packet}, each time`);
    case "not-granted":
      return failed(denied, "SUBACK says failure");
    case "silent":
      return failed("silent", `no answer to ${packet} came`);
    default:
      return failed("not-mqtt", `the answer to ${packet} is none`);
  }
}

function judgeSubscription({ commandRetained }: Conversation): Judgement {
  return commandRetained
    ? warning("command-retained", "SUBACK: granted; but a retained command lies there")
    : ok("SUBACK: granted");
}

/** Mosquitto acknowledges what it may not pass on. */
function judgeDelivery(eventHeard: boolean | undefined): Judgement {
  if (eventHeard === true) return ok("PUBACK, and the event came to the service");
  if (eventHeard === undefined) return ok("PUBACK: taken");
  return failed("publish-denied", "PUBACK, but the event never came to the service");
}

function judgeWatch(first: Conversation, last: Conversation): Judgement {
  if (last.ending.type === "malformed" || last.ending.type === "unexpected") {
    return failed("not-mqtt", "the broker broke MQTT while nothing was asked of it");
  }
  if (first.ending.type === "closed") {
    return warning("dropped", "the connection was lost once, and held the second time");
  }
  return ok("nobody took the connection over");
}

/** The connection with the box's last will, made when everything else was allowed. */
export function judgeWill({ stage, ending }: Conversation): Judgement {
  if (ending.type === "held") return ok("may connect, subscribe, publish and leave its last will");
  const isDenied = stage === "connack" && (ending.type === "refused" || ending.type === "closed");
  return isDenied
    ? failed("will-denied", "let in, but not with the last will that the box leaves")
    : unknown("the connection with the box's last will came to nothing");
}

/** Whether the box is connected, and so whether the doctor may be in its place. */
export function judgeBox(status: BoxStatus, takeOver: boolean): Judgement {
  switch (status.state) {
    case "online":
      if (isRestless(status)) {
        return warning("reconnects-often", `online, and ${historyOf(status)}`);
      }
      return ok(
        takeOver
          ? "online: it is thrown out for some seconds now, as --take-over says"
          : "online: settings, certificate and policy do for it",
      );
    case "offline":
      return ok("offline, says its status: nobody is thrown out by looking");
    case "never-seen":
      return ok("has never left a status: nobody is thrown out by looking");
    case "unknown":
      return unknown(
        "the broker does not tell whether it is online: if so, it is thrown out for some seconds now",
      );
  }
}

function alertIn(alert: string | undefined): string {
  return alert === undefined ? "" : ` (alert ${alert.toLowerCase()})`;
}
