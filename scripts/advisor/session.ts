import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firmwareVersion } from "../../device/version.ts";
import {
  type BoxClientOptions,
  boxChip,
  startBoxClient,
} from "../../host-sim/advisor/box-client.ts";
import { AdvisorBroker } from "../../host-sim/advisor/broker.ts";
import { Pace } from "../../host-sim/advisor/pace.ts";
import { type AdvisorOptions, type Outcome, runAdvisor } from "../../host-sim/advisor/run.ts";
import { signedJob } from "../../host-sim/advisor/signed-job.ts";
import { localAccount } from "../../host-sim/cloud/one-project.ts";
import { boxPolicy } from "../../host-sim/cloud/policy-documents.ts";
import { makeIdentity } from "../../host-sim/hardware/tls.ts";
import { createAuthority, type Issuer, issueClient } from "../../host-sim/pki/authority.ts";
import { bundleForEngine, simulatorProgram } from "../../host-sim/xs/bundle/for-engine.ts";
import { findEngine } from "../../host-sim/xs/engine.ts";
import { XsFirmware } from "../../host-sim/xs/firmware.ts";
import { requireSettings } from "../command-line/settings.ts";
import { UserError } from "../command-line/user-error.ts";
import { advisorCertificates } from "./certificates.ts";

export type EngineName = "node" | "xs";

export type Onlooker = Pick<AdvisorOptions, "cases" | "onProgress" | "onOutcome">;

/** How long to wait for our own clients, which start within this time or not at all; real ms. */
const ownPatienceMs = 60_000;
/** How long to wait for an external client, which a person must start, or whose backoff must end; real ms. */
const outsidePatienceMs = 10 * 60_000;

/** How long XS may be quiet, because its process may have to wait for the CPU; real ms. */
const xsQuietMs = 60;

const noSlotsOnXs =
  "the simulated hardware of XS has no slots for firmware, and a box without them takes no jobs";

/**
 * Tests our own firmware on Node or XS, with temporary keys and certificates.
 * @param speed how many times faster its time runs while nothing happens
 * @throws UserError when XS is not built
 */
export async function adviseOwn(
  engine: EngineName,
  speed: number,
  onlooker: Onlooker,
): Promise<Outcome[]> {
  const thingName = "lot-1";
  const endpoint = "localhost";
  const keyType = "p256"; // made within milliseconds
  const ca = await createAuthority({ keyType });
  const own = await issueClient(ca, thingName, { keyType });
  const pace = engine === "xs" ? new Pace(speed, xsQuietMs) : new Pace(speed);
  const job = signedJob(firmwareVersion, boxChip);
  const broker = await listen(ca, endpoint, "127.0.0.1", 0, pace, job.document);
  const firmware = engine === "xs" ? await firmwareOnXs() : undefined;
  try {
    const settings = requireSettings({ thingName, endpoint, port: broker.port });
    const box: BoxClientOptions = {
      settings,
      pace,
      identity: makeIdentity({
        ca: ca.certificatePem,
        certificate: own.certificatePem,
        key: own.keyPem,
      }),
      ...(firmware === undefined ? {} : { makeFirmware: firmware.make }),
    };
    return await runAdvisor({
      ...onlooker,
      broker,
      pace,
      startClient: ({ needs: feature }) => {
        if (feature === "jobs" && engine === "xs") return noSlotsOnXs;
        return startBoxClient({
          ...box,
          ...(feature === undefined ? {} : { feature, updateKeys: [job.publicKey] }),
        });
      },
      policies: [boxPolicy({ ...localAccount, prefix: settings.prefix })],
      patienceMs: ownPatienceMs,
    });
  } finally {
    firmware?.remove();
    await broker.close();
    pace.stop();
  }
}

export interface OutsideOptions {
  /** the CA that the client trusts, which also signed the client's certificate */
  readonly ca: Issuer;
  /** the host name that the client connects to */
  readonly host: string;
  /** the address to listen on; port 0: any */
  readonly address: string;
  readonly port: number;
  /** Called when clients can connect. */
  onListening(port: number): void;
}

/**
 * Tests any client in real time. The client must connect by itself.
 * @throws UserError when it cannot listen on the port
 */
export async function adviseOutside(
  { ca, host, address, port, onListening }: OutsideOptions,
  onlooker: Onlooker,
): Promise<Outcome[]> {
  const pace = new Pace(1);
  const broker = await listen(ca, host, address, port, pace);
  try {
    onListening(broker.port);
    return await runAdvisor({
      ...onlooker,
      broker,
      pace,
      startClient: undefined,
      policies: undefined,
      patienceMs: outsidePatienceMs,
    });
  } finally {
    await broker.close();
    pace.stop();
  }
}

async function listen(
  ca: Issuer,
  host: string,
  address: string,
  port: number,
  pace: Pace,
  jobDocument?: string,
) {
  const certificates = await advisorCertificates(ca, host);
  try {
    const clientCa = ca.certificatePem;
    return await AdvisorBroker.listen({
      address,
      port,
      clientCa,
      certificates,
      pace,
      ...(jobDocument === undefined ? {} : { jobDocument }),
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(
      `cannot listen on ${address}:${port} (${code ?? message}): name another port or address with --port or --listen`,
      { cause: error },
    );
  }
}

/** The firmware's modules for XS, in a temporary folder that the caller removes. */
async function firmwareOnXs() {
  const binary = findEngine();
  if (binary === undefined) {
    throw new UserError(
      'XS is not built: install make and a C compiler, then run "npm ci" on Node 20 or 22',
    );
  }
  const directory = mkdtempSync(join(tmpdir(), "boom-box-advisor-"));
  const remove = () => {
    process.off("exit", remove);
    rmSync(directory, { recursive: true, force: true });
  };
  // Runs however the process ends.
  process.on("exit", remove);
  const built = await bundleForEngine(directory, simulatorProgram);
  const modules = built.map(({ file }) => file);
  const make: BoxClientOptions["makeFirmware"] = (agent, onFailed) =>
    new XsFirmware(agent, { binary, modules, onFailed });
  return { make, remove };
}
