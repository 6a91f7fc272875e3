import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { SignedManifest } from "../../device/messages/update.ts";
import { updateVerifier } from "../../host-sim/hardware/update.ts";
import { onStopSignal } from "../../host-sim/stop-signals.ts";
import { makePrivateFolder } from "../certs/files.ts";
import { withLock } from "../certs/lock.ts";
import { UserError } from "../command-line/user-error.ts";
import { readPackage } from "../package/read-package.ts";
import { readUpdateKeys } from "../signing/signing-key.ts";
import { readUpdate } from "../signing/write-update.ts";
import { writeAwsDefaults } from "./aws-defaults.ts";
import { chooseBoxes, type PlaceFlags } from "./choose-place.ts";
import { followRollout, type RolloutEnd } from "./follow-rollout.ts";
import { openCloud, versionsNow } from "./open-cloud.ts";
import { jobIdOf, rolloutId, stagesOf } from "./rollout.ts";
import { type RolloutPrinter, rolloutPrinter } from "./rollout-printer.ts";
import {
  type RolloutRecord,
  readRolloutRecord,
  rolloutsFolder,
  writeRolloutRecord,
} from "./rollout-record.ts";
import type { UpdateCloud } from "./update-cloud.ts";

export interface UpdateFlags extends PlaceFlags {
  readonly package?: string;
  readonly follow?: string;
  readonly cancel?: string;
  readonly perMinute: number;
  readonly stopAtPercent: number;
  readonly timeout: number;
  readonly json?: boolean;
}

/** AWS's own limits are far above one question in five seconds for each box. */
const pollMs = { aws: 5_000, local: 500, topics: 500 } as const;

/** @returns the exit code */
export async function startUpdate(flags: UpdateFlags): Promise<number> {
  const { certs, perMinute, stopAtPercent, timeout: timeoutMinutes } = flags;
  if (flags.package === undefined) {
    throw new UserError(
      'no package is named: make one with "boom-box package --sign", and name it with --package',
    );
  }
  const packagePath = resolve(flags.package);
  const { manifest, signed, image } = await readSigned(packagePath);
  const { things, place, notes } = await chooseBoxes(flags);
  const { version } = manifest;
  const suffix = randomInt(36 ** 4)
    .toString(36)
    .padStart(4, "0");
  const plan = {
    id: rolloutId(version, new Date(), suffix),
    version,
    signed,
    stages: stagesOf(things),
    pace: { perMinute, stopAtPercent, timeoutMinutes },
  };
  const printer = printerOf(flags);
  const rollout = { plan, place, packagePath, before: await versionsNow(place, certs, things) };
  return inCloud(flags, rollout, printer, async (cloud) => {
    const unknown = await cloud.unknownOf(things);
    if (unknown.length > 0) {
      throw new UserError(
        `${cloud.name} has no box ${unknown.join(", ")}: check the name, or provision it first`,
      );
    }
    await writeRolloutRecord(certs, rollout);
    const boxes = things.length === 1 ? "one box" : `${things.length} boxes`;
    printer.note(`${plan.id}: firmware ${version} for ${boxes}, by ${cloud.name}`);
    for (const note of [...notes, ...(await keyNotes(certs, signed))]) printer.note(note);
    const code = await carryOut(rollout, cloud, image, printer);
    if (place.type === "aws") await writeAwsDefaults(certs, place.region, place);
    return code;
  });
}

/** @returns the exit code */
export async function followUpdate(flags: UpdateFlags, id: string): Promise<number> {
  const rollout = await readRolloutRecord(flags.certs, id);
  const { image, signed } = await readSigned(rollout.packagePath);
  if (signed.manifest !== rollout.plan.signed.manifest) {
    throw new UserError(
      `${rollout.packagePath} has another firmware than this update: put the package back, or run "boom-box update --cancel ${id}"`,
    );
  }
  const printer = printerOf(flags);
  return inCloud(flags, rollout, printer, (cloud) => carryOut(rollout, cloud, image, printer));
}

export async function cancelUpdate(flags: UpdateFlags, id: string): Promise<void> {
  const rollout = await readRolloutRecord(flags.certs, id);
  const { plan } = rollout;
  const printer = printerOf(flags);
  await inCloud(flags, rollout, printer, async (cloud) => {
    const made: string[] = [];
    for (const stage of plan.stages.keys()) {
      const jobId = jobIdOf(plan, stage);
      const job = await cloud.describeJob(jobId);
      if (job?.status === "IN_PROGRESS") made.push(jobId);
    }
    for (const jobId of made) await cloud.cancelJob(jobId);
    printer.note(
      made.length === 0
        ? `${id} has ended already: there is nothing to cancel`
        : `${id} is cancelled: a box that has not restarted yet keeps its firmware`,
    );
  });
}

async function carryOut(
  { plan, place, before }: RolloutRecord,
  cloud: UpdateCloud,
  firmware: Uint8Array,
  printer: RolloutPrinter,
): Promise<number> {
  const leaving = new AbortController();
  const release = onStopSignal(process, () => leaving.abort());
  let end: RolloutEnd;
  try {
    end = await followRollout({
      cloud,
      plan,
      before,
      firmware,
      pollMs: pollMs[place.type],
      signal: leaving.signal,
      onBoxes: (boxes) => printer.boxes(boxes),
      onNote: (text) => printer.note(text),
      sleep: async (ms, signal) => {
        await delay(ms, undefined, { signal }).catch(() => {});
      },
      now: () => performance.now(),
    });
  } catch (error) {
    if (error instanceof UserError) printer.note(`${plan.id} may go on: ${howToGoOn(plan.id)}`);
    throw error;
  } finally {
    release();
  }
  printer.end(plan.id, end, end.type === "left" ? leftWords(plan.id, end, cloud) : undefined);
  return end.boxes.every(({ state }) => state === "SUCCEEDED") ? 0 : 1;
}

function leftWords(id: string, { boxes }: RolloutEnd, { isLasting }: UpdateCloud): string {
  if (!isLasting) return `the boxes wait until it is followed: ${howToGoOn(id)}`;
  const later = boxes.some(({ state }) => state === "later");
  const goesOn = later
    ? "the boxes of this stage go on without this command, and the others begin when it is followed"
    : "the boxes go on without this command";
  return `${goesOn}: ${howToGoOn(id)}`;
}

const howToGoOn = (id: string) =>
  `"boom-box update --follow ${id}" continues, "boom-box update --cancel ${id}" ends it`;

const printerOf = ({ json }: UpdateFlags) => rolloutPrinter(process.stdout, json === true);

/** @throws UserError when the package is damaged, not signed, or signed for another firmware */
async function readSigned(path: string) {
  const firmware = await readPackage(path);
  const { signed, manifest } = await readUpdate(path, firmware);
  const image = firmware.parts.find(({ file }) => file === "firmware.bin")?.bytes;
  if (image === undefined) throw new Error("a package has a firmware.bin");
  return { signed, manifest, image };
}

/** Boxes whose image was built with these certificates have these keys; others may have others. */
async function keyNotes(certs: string, signed: SignedManifest): Promise<readonly string[]> {
  const points = await readUpdateKeys(certs);
  const verify = updateVerifier(points);
  const [manifest, signature] = [signed.manifest, signed.signature].map((text) =>
    Buffer.from(text, "base64"),
  );
  if (points.length === 0 || manifest === undefined || signature === undefined) return [];
  if (points.some((_point, index) => verify(manifest, signature, index))) return [];
  return [
    `the package is not signed with a key of ${certs}/update-signing: boxes that have this key refuse it`,
  ];
}

/** On our own topics, one process answers: a box would take the first of two answers. */
async function inCloud<T>(
  { certs }: UpdateFlags,
  { place, plan }: RolloutRecord,
  printer: RolloutPrinter,
  work: (cloud: UpdateCloud) => Promise<T>,
): Promise<T> {
  const run = async () => {
    const onNote = (text: string) => printer.note(text);
    const cloud = await openCloud(place, { certs, rolloutId: plan.id, onNote });
    try {
      return await work(cloud);
    } finally {
      await cloud.close();
    }
  };
  if (place.type !== "topics") return run();
  await makePrivateFolder(rolloutsFolder(certs));
  return withLock(rolloutsFolder(certs), 0, run);
}
