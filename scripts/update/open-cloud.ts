import { resolveBroker } from "../broker/options.ts";
import { listThings } from "../certs/identity.ts";
import { awsServiceIdentity, serviceIdentity } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import { linkTo } from "../open/open-once.ts";
import { readSettingsEntry } from "../provision/settings-entry.ts";
import { firmwareVersions } from "./firmware-versions.ts";
import type { RolloutPlace } from "./rollout-record.ts";
import type { UpdateCloud } from "./update-cloud.ts";

export interface OpenCloudOptions {
  readonly certs: string;
  readonly rolloutId: string;
  readonly onNote: (text: string) => void;
}

/** @throws UserError when it cannot be reached */
export async function openCloud(
  place: RolloutPlace,
  { certs, rolloutId, onNote }: OpenCloudOptions,
): Promise<UpdateCloud> {
  switch (place.type) {
    case "aws": {
      const { AwsUpdateCloud } = await import("./aws-cloud.ts");
      return new AwsUpdateCloud(place);
    }
    case "local": {
      const { LocalUpdateCloud } = await import("./local-cloud.ts");
      return LocalUpdateCloud.open(certs);
    }
    case "topics": {
      const { TopicsUpdateCloud } = await import("./topics-cloud.ts");
      const broker = await brokerOf(place, certs);
      const known = async (thing: string) =>
        (await listThings(certs)).includes(thing) ||
        Object.keys(await readSettingsEntry(certs, thing)).length > 0;
      return TopicsUpdateCloud.open({ broker, certs, rolloutId, known, onNote });
    }
  }
}

/** How long to wait for a connection, and then for the statuses that the broker has retained. */
const connectedWithinMs = 10_000;
const retainedWithinMs = 700;

/** The boxes' firmware, as far as this machine may hear it. */
export async function versionsNow(
  place: RolloutPlace,
  certs: string,
  things: readonly string[],
): Promise<Record<string, string>> {
  const [thing = ""] = things;
  try {
    const broker =
      place.type === "topics"
        ? await brokerOf(place, certs)
        : await resolveBroker(
            { certs, thing },
            place.type === "aws" ? awsServiceIdentity : serviceIdentity,
          );
    return await firmwareVersions(
      await linkTo(broker),
      things,
      connectedWithinMs,
      retainedWithinMs,
    );
  } catch (error) {
    // Without a certificate for the service, or a connection: the table has no versions.
    if (error instanceof UserError) return {};
    throw error;
  }
}

function brokerOf(place: Extract<RolloutPlace, { type: "topics" }>, certs: string) {
  const { endpoint, port, prefix, alpn, ca, cert, key } = place;
  return resolveBroker(
    {
      certs,
      // It has no meaning with an endpoint.
      thing: "",
      endpoint,
      port,
      prefix,
      alpn,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
    serviceIdentity,
  );
}
