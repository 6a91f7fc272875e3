import { UpdateService, type UpdateServiceOptions } from "./update-service.ts";
import { requestPaths, updateRootOf } from "./update-topics.ts";

export interface UpdateConnectionOptions extends Omit<UpdateServiceOptions, "scope" | "notify"> {
  /** first levels of the project's topics */
  readonly prefix: string;
  /** QoS 1, not retained */
  readonly publish: (topic: string, payload: string | Uint8Array) => void;
  /** called when a request could not be answered */
  readonly onError: (error: Error) => void;
}

/** requests being answered at once; further ones are dropped, and their boxes ask again */
const inFlightMost = 64;

/**
 * Jobs and streams on a broker that has none: the same answers as {@link UpdateService}'s, under
 * `<prefix>/<thing>/update/`, over an ordinary MQTT connection. Whoever holds the connection
 * subscribes to {@link filters} and passes on what arrives.
 *
 * The broker decides who may publish on a thing's topics: without its access list, every client
 * could answer in the service's place, or ask in a box's.
 */
export class UpdateConnection {
  /** of every request */
  readonly filters: readonly string[];
  readonly #options: UpdateConnectionOptions;
  readonly #service: UpdateService;
  #inFlight = 0;

  constructor(options: UpdateConnectionOptions) {
    const { prefix, publish, onError, ...service } = options;
    const scope = { topics: "topics", prefix } as const;
    this.filters = requestPaths.map((path) => `${updateRootOf(scope, "+")}/${path}`);
    this.#options = options;
    this.#service = new UpdateService({
      ...service,
      scope,
      notify: ({ topic, payload }) => {
        try {
          publish(topic, payload);
        } catch (error) {
          // the change that it tells of has happened, whoever made it
          onError(error instanceof Error ? error : new Error(String(error)));
        }
      },
    });
  }

  /** A message has arrived. Topics that are no requests are ignored. */
  receive(topic: string, payload: Uint8Array): void {
    if (this.#inFlight >= inFlightMost) return;
    const { publish, onError } = this.#options;
    this.#inFlight += 1;
    Promise.resolve(this.#service.answer(topic, payload))
      .then((answers) => {
        for (const answer of answers ?? []) publish(answer.topic, answer.payload);
      })
      .catch(onError)
      .finally(() => {
        this.#inFlight -= 1;
      });
  }

  close(): void {
    this.#service.close();
  }
}
