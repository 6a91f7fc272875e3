import { lookup } from "node:dns/promises";
import { constants } from "node:fs";
import { access, readdir, readFile, stat } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { userInfo } from "node:os";

/** What the doctor sees of the world; a test puts a fault in here. */
export interface Surroundings {
  /** ms since 1970, by this machine's clock */
  now(): number;
  /** UDP port of time servers */
  readonly timeServerPort: number;
  /** IPv4 addresses of a name. Rejects with the resolver's `code`, `ENOTFOUND` or `EAI_AGAIN` */
  lookup(name: string): Promise<readonly string[]>;
  dial(address: string, port: number): Socket;
  /** `$MODDABLE`, `$IDF_PATH` */
  readonly environment: NodeJS.ProcessEnv;
  /** paths of ports a board may be at */
  serialPorts(): Promise<readonly string[]>;
  /** whether this user may use the port, and the group who may; undefined: there is none such */
  accessTo(port: string): Promise<PortAccess | undefined>;
  readonly timing: Timing;
}

export interface PortAccess {
  readonly isAllowed: boolean;
  /** who may, `dialout`; undefined when it cannot be told */
  readonly group: string | undefined;
  /** whether this user is in that group, perhaps only after the next login */
  readonly isMember: boolean;
}

/** How long each thing may take, in ms: a broker that lets all of it run out takes four minutes. */
export interface Timing {
  readonly clockMs: number;
  readonly dnsMs: number;
  readonly tcpMs: number;
  readonly tlsMs: number;
  /** how long a broker may take to hang up on a certificate it does not take, after the handshake */
  readonly admissionMs: number;
  /** for CONNACK, SUBACK and PUBACK */
  readonly answerMs: number;
  /** until a message has gone by way of the broker to the observer */
  readonly deliveryMs: number;
  /** how long the connection is watched for somebody who takes it over */
  readonly watchMs: number;
  /** between two connections: AWS allows one CONNECT a second of a client id */
  readonly pauseMs: number;
}

export const usualTiming: Timing = {
  clockMs: 3_000,
  dnsMs: 5_000,
  tcpMs: 5_000,
  tlsMs: 8_000,
  admissionMs: 1_500,
  answerMs: 10_000,
  deliveryMs: 2_000,
  watchMs: 5_000,
  pauseMs: 1_200,
};

/** This machine. */
export function thisMachine(timing: Timing): Surroundings {
  return {
    now: () => Date.now(),
    timeServerPort: 123,
    lookup: async (name) => {
      const found = await lookup(name, { family: 4, all: true });
      return found.map(({ address }) => address);
    },
    dial: (address, port) => connect({ host: address, port }),
    environment: process.env,
    serialPorts,
    accessTo,
    timing,
  };
}

const portNames: Readonly<Record<string, RegExp>> = {
  linux: /^tty(USB|ACM)\d+$/,
  darwin: /^cu\.(usb|SLAB|wch)/,
};

async function serialPorts(): Promise<string[]> {
  const pattern = portNames[process.platform];
  if (pattern === undefined) return [];
  const names = await readdir("/dev").catch(() => []);
  return names
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => `/dev/${name}`);
}

/** Opening a port would restart the board: it is only asked whether one may. */
async function accessTo(port: string): Promise<PortAccess | undefined> {
  const status = await stat(port).catch(() => undefined);
  if (status === undefined) return undefined;
  const isAllowed = await access(port, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  const entry = await groupOf(status.gid);
  return { isAllowed, group: entry?.name, isMember: entry?.members.includes(userName()) ?? false };
}

async function groupOf(gid: number) {
  const groups = await readFile("/etc/group", "utf8").catch(() => "");
  for (const line of groups.split("\n")) {
    const [name = "", , id, members = ""] = line.split(":");
    if (id === String(gid)) return { name, members: members.split(",") };
  }
  return undefined;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // No entry for this user id, as in some containers.
    return "";
  }
}
