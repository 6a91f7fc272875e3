/**
 * AWS IoT Device Shadow's limits: its page of quotas and "Device Shadow error messages". Not
 * simulated: 20 requests per second for each thing.
 */
export interface ShadowLimits {
  /** of `desired` and `reported` together, and of a request; UTF-8, without metadata */
  readonly documentBytes: number;
  /** objects and arrays inside each other, in `desired` and in `reported` */
  readonly depth: number;
  readonly clientTokenBytes: number;
  /** requests of one connection that are not answered yet */
  readonly inFlight: number;
  /** how long the version of a deleted shadow is remembered */
  readonly deletedVersionHours: number;
}

export const awsShadowLimits: ShadowLimits = {
  documentBytes: 8 * 1024,
  depth: 6,
  clientTokenBytes: 64,
  inFlight: 10,
  deletedVersionHours: 48,
};
