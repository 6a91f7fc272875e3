import fc from "fast-check";

export * from "fast-check";

/** An interpreter on top of an interpreter: XS needs a minute for what Node does in a second. */
const share = 20;

type Property = Parameters<typeof fc.assert>[0];
type Options = NonNullable<Parameters<typeof fc.assert>[1]>;

/** The same properties with fewer examples; Node runs all of them. */
export default {
  ...fc,
  assert(property: Property, parameters: Options = {}) {
    const numRuns = Math.ceil((parameters.numRuns ?? 100) / share);
    return fc.assert(property, { ...parameters, numRuns });
  },
};
