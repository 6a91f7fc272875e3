import { lookup } from "node:dns/promises";
import { constants } from "node:fs";
import { access, readdir, readFile, stat } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { userInfo } from "node:os";

/** The doctor's view of this machine and the network. Tests inject faults here. */
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
  /** the paths of serial ports that may have a board */
  serialPorts(): Promise<readonly string[]>;
  /** whether this user may use the port, and which group may; undefined if the port does not exist */
  accessTo(port: string): Promise<PortAccess | undefined>;
  readonly timing: Timing;
}

export interface PortAccess {
  readonly isAllowed: boolean;
  /** the group with access, `dialout`; undefined if unknown */
  readonly group: string | undefined;
  /** whether this user is in that group, perhaps only from the next login on */
  readonly isMember: boolean;
}

/** The time limits, in ms. With a broker that reaches all of them, the doctor takes four minutes. */
export interface Timing {
  readonly clockMs: number;
  readonly dnsMs: number;
  readonly tcpMs: number;
  readonly tlsMs: number;
  /** how long a broker may take after the handshake to refuse a certificate */
  readonly admissionMs: number;
  /** for CONNACK, SUBACK and PUBACK */
  readonly answerMs: number;
  /** for a message through the broker to the observer */
  readonly deliveryMs: number;
  /** how long to watch for another client that takes the connection over */
  readonly watchMs: number;
  /** between two connections: AWS allows one CONNECT a second per client ID */
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

/** The surroundings of this machine. */
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

/** Checks only the permissions, because opening the port would restart the board. */
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
    // This user ID has no entry, as in some containers.
    return "";
  }
}
