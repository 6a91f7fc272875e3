import { Jobs } from "../cloud/jobs.ts";
import type { JsonObject } from "../cloud/shadow-document.ts";
import { ShadowService } from "../cloud/shadow-service.ts";
import { Shadows } from "../cloud/shadows.ts";
import { UpdateService } from "../cloud/update-service.ts";

/** What the advisor plays besides the broker, over all connections of a case. */
export type Service =
  /** `desired` is asked for as soon as the client has reported its state */
  | { readonly type: "shadow"; readonly desired?: JsonObject }
  /** one job waits for the client */
  | { readonly type: "job" };

/** A service while a case is played. */
export interface RunningService {
  /** A client has sent CONNECT. */
  connected(clientId: string): void;
  /** A client has published. Topics of other services are ignored. */
  handle(topic: string, payload: Buffer): void;
  close(): void;
}

export interface ServiceOptions {
  /** of the job, JSON */
  readonly jobDocument: string;
  /** milliseconds since 1970, of the client's time */
  readonly now: () => number;
  /** to the client, if it has subscribed */
  readonly publish: (topic: string, payload: string | Uint8Array) => void;
}

/** Device Advisor marks its own updates of a shadow with it. */
export const setupToken = "DeviceAdvisorShadowTestCaseSetup";

export function startService(service: Service, options: ServiceOptions): RunningService {
  return service.type === "shadow" ? playShadow(service.desired, options) : playJob(options);
}

function playShadow(
  desired: JsonObject | undefined,
  { now, publish }: ServiceOptions,
): RunningService {
  const shadows = new Shadows();
  const service = new ShadowService({
    shadows,
    now,
    publish: ({ topic, payload }) => publish(topic, payload),
  });
  const connection = {};
  let hasAsked = desired === undefined;
  let thingName: string | undefined;
  return {
    connected(clientId) {
      thingName = clientId;
    },
    handle(topic, payload) {
      if (!service.handle(connection, topic, payload)) return;
      if (hasAsked || thingName === undefined) return;
      if (shadows.view(thingName)?.state.reported === undefined) return;
      hasAsked = true;
      const request = { state: { desired }, clientToken: setupToken };
      shadows.request(thingName, "update", JSON.stringify(request), now());
    },
    close: () => service.close(),
  };
}

function playJob({ jobDocument, now, publish }: ServiceOptions): RunningService {
  const jobs = new Jobs();
  const service = new UpdateService({
    jobs,
    scope: { topics: "aws", prefix: "" },
    now,
    notify: ({ topic, payload }) => publish(topic, payload),
  });
  return {
    connected(clientId) {
      // Refused for a client that is not its first one, or whose id is no thing's name.
      jobs.create({ jobId: "advisor", targets: [clientId], document: jobDocument }, now());
    },
    handle(topic, payload) {
      void service.answer(topic, payload)?.then((answers) => {
        for (const answer of answers) publish(answer.topic, answer.payload);
      });
    },
    close: () => service.close(),
  };
}
