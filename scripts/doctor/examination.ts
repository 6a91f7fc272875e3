import { join } from "node:path";
import type { Chip } from "../../device/chips/table.ts";
import { defaultTimeServers, numberLimits, type Settings } from "../../device/config.ts";
import { defaultPrefix } from "../../device/messages/topics.ts";
import { findStandIn } from "../broker/find-stand-in.ts";
import { isFromPublicCa, judgeChain } from "../certs/box-trust.ts";
import { BrokerVisit } from "./broker-visit.ts";
import { adviceOn, type Subject } from "./causes.ts";
import { type CheckName, type Finding, type Judgement, skipped } from "./finding.ts";
import { judgeBox, judgeBroker, judgeWill } from "./judge-broker.ts";
import { judgePorts } from "./judge-local.ts";
import {
  isClockWrong,
  judgeClock,
  judgeDns,
  judgeServer,
  judgeTcp,
  judgeTls,
  kindOfEndpoint,
} from "./judge-path.ts";
import {
  lookAtCertificate,
  lookAtIdf,
  lookAtSdk,
  lookAtSettings,
  type NamedBroker,
} from "./local-checks.ts";
import type { Surroundings } from "./surroundings.ts";
import { resolveName, tryPort } from "./tcp-probe.ts";
import { askTime } from "./time-probe.ts";

export interface ExaminationOptions {
  readonly certs: string;
  /** of the box; default: the ESP32 */
  readonly chip?: Chip;
  readonly thing: string;
  /** instead of the settings file */
  readonly broker?: NamedBroker;
  /** default: those in the settings */
  readonly timeServers?: readonly string[];
  /** connect as the box even if it is online */
  readonly takeOver: boolean;
  /** also check the SDK, ESP-IDF and the serial port */
  readonly withBoard: boolean;
  /** default: all that are found */
  readonly serialPort?: string;
}

type Step = readonly [CheckName, Judgement];

/** Runs all checks in order, and yields each finding at once. */
export async function* examine(
  options: ExaminationOptions,
  surroundings: Surroundings,
): AsyncGenerator<Finding, void, undefined> {
  const { certs, thing, broker, chip } = options;
  const settings = await lookAtSettings(certs, thing, broker, chip);
  const subject: Subject = {
    thing,
    folder: join(certs, thing),
    endpoint: settings.value?.endpoint ?? broker?.endpoint ?? "",
    port: settings.value?.port ?? numberLimits.port.default,
    prefix: settings.value?.prefix ?? defaultPrefix,
    isAws: settings.value !== undefined && (await hasPolicies(certs, settings.value)),
  };
  const told = ([check, judgement]: Step): Finding => {
    const { cause } = judgement;
    const advice = cause === undefined ? undefined : adviceOn(cause, subject);
    return { check, ...judgement, ...(advice === undefined ? {} : { advice }) };
  };
  yield told(["settings", settings.judgement]);
  for await (const step of examineBox(options, settings.value, surroundings)) yield told(step);
  if (options.withBoard) {
    for await (const step of examineBoard(options, surroundings)) yield told(step);
  }
}

/** Whether policies of AWS IoT Core decide: there, and in the stand-in. */
async function hasPolicies(certs: string, { endpoint, port }: Settings): Promise<boolean> {
  if (kindOfEndpoint(endpoint) !== "not-aws") return true;
  const standIn = await findStandIn(certs);
  return standIn?.endpoint === endpoint && standIn.port === port;
}

async function* examineBox(
  { certs, thing, timeServers, takeOver }: ExaminationOptions,
  settings: Settings | undefined,
  surroundings: Surroundings,
): AsyncGenerator<Step, void, undefined> {
  const { timing, now } = surroundings;
  const skewMs = settings?.clockSkewMs ?? numberLimits.clockSkewMs.default;
  const servers = timeServers ?? settings?.timeServers ?? defaultTimeServers;
  // Asked first but reported third, because the certificate's dates depend on it.
  const time = await askTime(servers, surroundings);
  const date = now() - (time?.aheadMs ?? 0);
  const credentials = await lookAtCertificate(certs, thing, new Date(date));
  yield ["certificate", credentials.judgement];
  yield ["clock", judgeClock(time, skewMs)];
  if (settings === undefined) {
    yield* skipFrom("dns", "the settings must be valid first");
    return;
  }
  const { endpoint, port, alpn } = settings;
  const dns = await resolveName(surroundings.lookup, endpoint, timing.dnsMs);
  yield ["dns", judgeDns(endpoint, dns)];
  const address = dns.type === "addresses" ? dns.addresses[0] : undefined;
  if (address === undefined) {
    yield* skipFrom("tcp", "there is no address to connect to");
    return;
  }
  const kind = kindOfEndpoint(endpoint);
  const tryOne = (each: number) => tryPort(surroundings.dial(address, each), timing.tcpMs);
  const otherPort = port === 443 ? 8883 : 443;
  const [tcp, other] = await Promise.all([
    tryOne(port),
    kind === "not-aws" ? undefined : tryOne(otherPort),
  ]);
  yield ["tcp", judgeTcp(port, tcp, other && { port: otherPort, result: other })];
  if (tcp.type !== "open") {
    yield* skipFrom("tls", "the port must be open first");
    return;
  }
  if (credentials.value === undefined) {
    yield* skipFrom("tls", "the certificate must be valid first");
    return;
  }
  const visit = new BrokerVisit({
    certs,
    thing,
    settings,
    address,
    timing,
    credentials: credentials.value,
  });
  const handshake = await visit.handshake();
  const { chain } = handshake;
  const question = { chain, host: endpoint, now: new Date(date) };
  const root = credentials.value.caDer;
  const verdict = chain.length === 0 ? undefined : judgeChain({ ...question, root });
  yield ["tls", judgeTls(handshake, alpn, verdict)];
  const server = judgeServer(handshake, {
    caName: credentials.value.caName,
    endpointKind: kind,
    clockIsWrong: isClockWrong(time, skewMs),
    isPublic: verdict?.isTrusted === false && isFromPublicCa(question),
    verdict,
  });
  if (server !== undefined) yield ["server", server];
  const isOver = handshake.type === "closed" && handshake.isPresented;
  if (handshake.type !== "secure" && !isOver) {
    const next = server === undefined ? "server" : "box";
    yield* skipFrom(next, "it needs a TLS connection first");
    return;
  }
  yield* examineBroker(visit, thing, takeOver);
}

async function* examineBroker(
  visit: BrokerVisit,
  thing: string,
  takeOver: boolean,
): AsyncGenerator<Step, void, undefined> {
  const status = await visit.askBoxStatus();
  yield ["box", judgeBox(status, takeOver)];
  const isOnline = status.state === "online";
  if (isOnline && !takeOver) {
    yield* skipFrom(
      "connect",
      `${thing} is online, and this check would disconnect it: allow that with --take-over`,
    );
    return;
  }
  const facts = await visit.connect(isOnline);
  const { connect, subscribe, publish, secondClient } = judgeBroker(facts);
  yield ["connect", connect];
  yield ["subscribe", subscribe];
  yield ["publish", publish];
  const isHeld = facts.conversations.some(({ ending }) => ending.type === "held");
  const mayAll = isHeld && publish.verdict === "ok" && secondClient.cause !== "taken-over";
  yield [
    "policy",
    mayAll
      ? judgeWill(await visit.connectWithWill())
      : skipped("the earlier checks did not all pass"),
  ];
  yield ["second client", secondClient];
}

const brokerChecks: readonly CheckName[] = [
  ...(["dns", "tcp", "tls", "server", "box"] as const),
  ...(["connect", "subscribe", "publish", "policy", "second client"] as const),
];

function* skipFrom(first: CheckName, why: string): Generator<Step> {
  for (const check of brokerChecks.slice(brokerChecks.indexOf(first))) yield [check, skipped(why)];
}

async function* examineBoard(
  { serialPort }: ExaminationOptions,
  { environment, serialPorts, accessTo }: Surroundings,
): AsyncGenerator<Step, void, undefined> {
  yield ["sdk", lookAtSdk(environment)];
  yield ["esp-idf", lookAtIdf(environment)];
  const paths = serialPort === undefined ? await serialPorts() : [serialPort];
  const ports = await Promise.all(
    paths.map(async (path) => ({ path, access: await accessTo(path) })),
  );
  yield ["serial port", judgePorts(ports, serialPort !== undefined)];
}
