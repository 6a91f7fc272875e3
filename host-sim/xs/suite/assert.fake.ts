/** The part of `node:assert/strict` that the firmware's own tests use. */
function fail(message: string): never {
  throw new Error(message);
}

function isDeeplyEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every(
      (key) =>
        Object.hasOwn(b, key) && isDeeplyEqual(a[key as keyof typeof a], b[key as keyof typeof b]),
    )
  );
}

const show = (value: unknown) => {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > 300 ? `${text.slice(0, 297)}…` : text;
};

export default {
  fail,
  ok(value: unknown, message = "not true") {
    if (!value) fail(message);
  },
  equal(actual: unknown, expected: unknown, message = "not equal") {
    if (!Object.is(actual, expected)) fail(`${message}: ${show(actual)}, not ${show(expected)}`);
  },
  notEqual(actual: unknown, other: unknown, message = "equal") {
    if (Object.is(actual, other)) fail(`${message}: ${show(actual)}`);
  },
  deepEqual(actual: unknown, expected: unknown, message = "not equal") {
    if (!isDeeplyEqual(actual, expected)) {
      fail(`${message}: ${show(actual)}, not ${show(expected)}`);
    }
  },
  match(text: string, pattern: RegExp) {
    if (!pattern.test(text)) fail(`${show(text)} does not match ${pattern}`);
  },
  throws(body: () => unknown, wanted?: RegExp | (new (...values: never) => Error)) {
    let thrown: unknown;
    try {
      body();
    } catch (error) {
      thrown = error ?? "nothing";
    }
    if (thrown === undefined) fail("nothing was thrown");
    const isWanted =
      wanted === undefined ||
      (wanted instanceof RegExp ? wanted.test(String(thrown)) : thrown instanceof wanted);
    if (!isWanted) fail(`${thrown} is not ${wanted}`);
  },
};
