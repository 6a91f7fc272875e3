/** The part of mocha that the firmware's own tests use. It runs them on XS, one after the other. */
type Body = (this: Context) => unknown;

/** `this` of a suite or a test. The host handles time limits. */
interface Context {
  timeout(ms: number): void;
}

const context: Context = { timeout: () => {} };

interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly beforeEach: Body[];
  readonly afterEach: Body[];
  readonly tests: { readonly name: string; readonly body: Body }[];
  readonly suites: Suite[];
}

const makeSuite = (name: string, parent?: Suite): Suite => ({
  name,
  parent,
  beforeEach: [],
  afterEach: [],
  tests: [],
  suites: [],
});

const root = makeSuite("");
let current = root;

export function describe(name: string, body: Body): void {
  const outer = current;
  current = makeSuite(name, outer);
  outer.suites.push(current);
  body.call(context);
  current = outer;
}

export function it(name: string, body: Body): void {
  current.tests.push({ name, body });
}

export function beforeEach(body: Body): void {
  current.beforeEach.push(body);
}

export function afterEach(body: Body): void {
  current.afterEach.push(body);
}

/** Reports every test by its full name, with its error; null if it passed. */
export type Report = (name: string, failure: string | null) => void;

export async function run(report: Report, suite = root, title = ""): Promise<void> {
  for (const { name, body } of suite.tests) {
    report(`${title}${name}`, await runOne(suite, body));
  }
  for (const inner of suite.suites) await run(report, inner, `${title}${inner.name} `);
}

async function runOne(suite: Suite, body: Body): Promise<string | null> {
  const path: Suite[] = [];
  for (let each: Suite | undefined = suite; each !== undefined; each = each.parent) path.push(each);
  const before = [...path].reverse().flatMap((each) => each.beforeEach);
  const after = path.flatMap((each) => each.afterEach);
  let failure: string | null = null;
  for (const part of [...before, body, ...after]) {
    try {
      await part.call(context);
    } catch (error) {
      failure ??= error instanceof Error ? `${error}\n${error.stack}` : String(error);
    }
  }
  return failure;
}
