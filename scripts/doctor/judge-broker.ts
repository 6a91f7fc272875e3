import type { Conversation } from "./conversation.ts";
import { failed, type Judgement, ok, skipped, unknown, warning } from "./finding.ts";
import type { BoxStatus } from "./observer.ts";

/** Turns the results of connections into findings. Pure functions. */

/** The findings from the conversations. */
export interface BrokerJudgement {
  readonly connect: Judgement;
  readonly subscribe: Judgement;
  readonly publish: Judgement;
  readonly secondClient: Judgement;
}

/** What the doctor observed while it was connected as the box. */
export interface BrokerFacts {
  /** a second one if the broker closed the first after CONNACK, which may happen by chance */
  readonly conversations: readonly [Conversation] | readonly [Conversation, Conversation];
  /** whether the observer received the published event; undefined without an observer */
  readonly eventHeard: boolean | undefined;
  /** the status of a box that came online meanwhile; the doctor itself never publishes that */
  readonly announcement: BoxStatus | undefined;
  /** whether a connection with ALPN gets further than the one without */
  readonly keptWithAlpn: boolean;
  /** whether the box was online, so that the doctor disconnected it */
  readonly boxWasOnline: boolean;
}

/** Whether ALPN may be missing: the broker never accepted the connection. */
export function isWorthAlpn({ stage, ending }: Conversation): boolean {
  return stage === "admission" || (stage === "connack" && ending.type !== "refused");
}

/** Whether another client may have caused the end, so that a second attempt tells more. */
export function isWorthAnotherTry({ stage, ending }: Conversation): boolean {
  return ending.type === "closed" && ["suback", "puback", "watch"].includes(stage);
}

export function judgeBroker(facts: BrokerFacts): BrokerJudgement {
  const last = facts.conversations[facts.conversations.length - 1] ?? facts.conversations[0];
  const [first] = facts.conversations;
  // Two disconnections at different stages are not caused by a denied packet.
  const isOthersDoing = first.stage !== last.stage || last.stage === "watch";
  const isTakenOver =
    facts.announcement !== undefined || (isWorthAnotherTry(last) && isOthersDoing);
  const rest = skipped("the step before it failed");
  const connected = ok("CONNACK: accepted");
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

/** A client that was taken over had been accepted, and so had its packets before that. */
function takenOver(facts: BrokerFacts, last: Conversation): BrokerJudgement {
  const isPast = (stage: Conversation["stage"]) =>
    facts.conversations.some((each) => stages.indexOf(each.stage) > stages.indexOf(stage));
  const cut = unknown("another client took the connection over before the answer");
  return {
    connect: ok("CONNACK: accepted"),
    subscribe: isPast("suback") ? judgeSubscription(last) : cut,
    publish: isPast("puback") ? ok("PUBACK: accepted") : cut,
    secondClient: judgeRival(facts),
  };
}

/** Decides whether the box itself came back, or a second client uses its client ID. */
function judgeRival({ announcement, boxWasOnline }: BrokerFacts): Judgement {
  if (announcement === undefined) {
    return failed(
      "taken-over",
      "another client with this ID took the connection over twice in a row",
    );
  }
  if (isRestless(announcement)) {
    return failed("taken-over", `taken over by a box that ${historyOf(announcement)}`);
  }
  return boxWasOnline
    ? unknown("the box reconnected; to look for a second one, switch this one off")
    : warning("taken-over", `taken over by a box that came online: it ${historyOf(announcement)}`);
}

function historyOf({ connections, uptimeMs }: BoxStatus): string {
  const minutes = Math.max(1, Math.round(uptimeMs / 60_000));
  return `has connected ${connections} times within ${minutes} min`;
}

/** A box reconnects too often if its connections are shorter than this on average, in ms, after so many. */
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
  if (keptWithAlpn)
    return failed("alpn-missing", "refused without ALPN, accepted with x-amzn-mqtt-ca");
  return last.stage === "admission" ? judgeAdmission(last) : judgeConnack(last);
}

function judgeAdmission({ ending }: Conversation): Judgement {
  switch (ending.type) {
    case "closed":
      return failed(
        "certificate-refused",
        `the broker closed the connection after the handshake, before CONNECT${alertIn(ending.alert)}`,
      );
    default:
      return failed("not-mqtt", "the broker sent data before CONNECT, which MQTT does not allow");
  }
}

/** CONNACK's return codes (MQTT 3.1.1, table 3.1). */
function judgeConnack({ ending }: Conversation): Judgement {
  switch (ending.type) {
    case "refused":
      switch (ending.returnCode) {
        case 1:
          return failed("not-mqtt", "CONNACK 1: unacceptable protocol version");
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
        `the broker closed the connection after CONNECT, without CONNACK${alertIn(ending.alert)}`,
      );
    case "silent":
      return failed("silent", "no CONNACK within the time limit");
    default:
      return failed("not-mqtt", "the answer to CONNECT is not CONNACK");
  }
}

function judgeAnswer(
  { ending }: Conversation,
  packet: "SUBSCRIBE" | "PUBLISH",
  denied: "subscribe-denied" | "publish-denied",
): Judgement {
  switch (ending.type) {
    case "closed":
      return failed(denied, `the broker closed the connection after ${packet}, each time`);
    case "not-granted":
      return failed(denied, "SUBACK: failure");
    case "silent":
      return failed("silent", `no answer to ${packet} within the time limit`);
    default:
      return failed("not-mqtt", `the packet after ${packet} is not an answer to it`);
  }
}

function judgeSubscription({ commandRetained }: Conversation): Judgement {
  return commandRetained
    ? warning("command-retained", "SUBACK: granted, but the topic has a retained command")
    : ok("SUBACK: granted");
}

/** Mosquitto acknowledges a PUBLISH even if it is not allowed to deliver it. */
function judgeDelivery(eventHeard: boolean | undefined): Judgement {
  if (eventHeard === true) return ok("PUBACK, and the service received the event");
  if (eventHeard === undefined) return ok("PUBACK: accepted");
  return failed("publish-denied", "PUBACK, but the service did not receive the event");
}

function judgeWatch(first: Conversation, last: Conversation): Judgement {
  if (last.ending.type === "malformed" || last.ending.type === "unexpected") {
    return failed(
      "not-mqtt",
      "the broker sent an invalid or unexpected packet to an idle connection",
    );
  }
  if (first.ending.type === "closed") {
    return warning("dropped", "the connection was lost once, but not the second time");
  }
  return ok("no other client took the connection over");
}

/** Judges the connection with the box's last will, after all else was allowed. */
export function judgeWill({ stage, ending }: Conversation): Judgement {
  if (ending.type === "held")
    return ok("connect, subscribe, publish and the last will are allowed");
  const isDenied = stage === "connack" && (ending.type === "refused" || ending.type === "closed");
  return isDenied
    ? failed("will-denied", "the broker refuses CONNECT with the box's last will")
    : unknown("the connection with the box's last will had no result");
}

/** Whether the box is online, which decides whether the doctor may connect as the box. */
export function judgeBox(status: BoxStatus, takeOver: boolean): Judgement {
  switch (status.state) {
    case "online":
      if (isRestless(status)) {
        return warning("reconnects-often", `online, and ${historyOf(status)}`);
      }
      return ok(
        takeOver
          ? "online: it is disconnected for some seconds now, because of --take-over"
          : "online: its settings, certificate and policy work",
      );
    case "offline":
      return ok("offline by its status: the next checks disconnect no client");
    case "never-seen":
      return ok("never published a status: the next checks disconnect no client");
    case "unknown":
      return unknown(
        "its status cannot be read: if the box is online, it is disconnected for some seconds now",
      );
  }
}

function alertIn(alert: string | undefined): string {
  return alert === undefined ? "" : ` (alert ${alert.toLowerCase()})`;
}
