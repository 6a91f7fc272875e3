/**
 * The part of `tape` that mqtt-packet's tests use, without output: each test returns its failures.
 */
export interface VectorTest {
  readonly name: string;
  /** one line per failure; empty if all passed */
  run(): Promise<string[]>;
}

export const vectorTests: VectorTest[] = [];

export default function test(name: string, body: (t: Tape) => void): void {
  vectorTests.push({ name, run: () => runOne(body) });
}

async function runOne(body: (t: Tape) => void): Promise<string[]> {
  const tape = new Tape();
  try {
    body(tape);
    // A corked stream writes on a later turn.
    for (let turn = 0; turn < 4; turn++) await Promise.resolve();
  } catch (error) {
    tape.fail(String(error));
  }
  const { planned, done, failures } = tape;
  if (planned !== undefined && planned !== done) {
    failures.push(`${done} assertions instead of ${planned}`);
  }
  return failures;
}

class Tape {
  planned: number | undefined;
  done = 0;
  readonly failures: string[] = [];

  plan(count: number): void {
    this.planned = count;
  }

  end(): void {}
  comment(): void {}

  ok(value: unknown, message = "not true"): void {
    this.done += 1;
    if (!value) this.failures.push(message);
  }

  true(value: unknown, message?: string): void {
    this.ok(value === true, message);
  }

  false(value: unknown, message?: string): void {
    this.ok(value === false, message);
  }

  pass(): void {
    this.ok(true);
  }

  fail(message: unknown): void {
    this.ok(false, String(message));
  }

  equal(actual: unknown, expected: unknown, message = "equal"): void {
    const isSame = actual === expected;
    this.ok(isSame, isSame ? "" : `${message}: ${show(actual)} instead of ${show(expected)}`);
  }

  deepEqual(actual: unknown, expected: unknown, message = "deepEqual"): void {
    const isSame = isDeeplyEqual(actual, expected);
    this.ok(isSame, isSame ? "" : `${message}: ${show(actual)} instead of ${show(expected)}`);
  }

  /** `==` at the leaves in tape; these tests do not depend on it. */
  deepLooseEqual(actual: unknown, expected: unknown, message?: string): void {
    this.deepEqual(actual, expected, message);
  }
}

function isDeeplyEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every(
      (key) =>
        Object.hasOwn(b, key) && isDeeplyEqual(a[key as keyof typeof a], b[key as keyof typeof b]),
    )
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 197)}…` : text;
}
