import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireEngine } from "./engine.rig.ts";
import { Engine, EngineError, type EngineOptions } from "./engine.ts";
import { load } from "./loader.ts";

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe("the XS engine in a process of its own", function () {
  this.timeout(20_000);
  const engines: Engine[] = [];
  let binary: string;

  before(function () {
    binary = requireEngine(this);
  });
  afterEach(() => {
    for (const engine of engines.splice(0)) engine.kill();
  });

  function start(options: Partial<EngineOptions> = {}): Engine {
    const engine = new Engine({ binary, ...options });
    engines.push(engine);
    return engine;
  }

  it("evaluates requests one after the other, and reports the cost of each", async () => {
    const engine = start();
    const script = (value: number) => `new TextEncoder().encode(String(${value} + 1)).buffer`;
    const replies = await Promise.all([1, 2, 3].map((value) => engine.evaluate(script(value))));
    assert.deepEqual(
      replies.map(({ bytes }) => text(bytes)),
      ["2", "3", "4"],
    );
    for (const { compute, slots } of replies) assert.ok(compute > 0 && slots > 0);
    assert.equal(await engine.close(), undefined);
  });

  it("answers the program before it continues, also while others wait", async () => {
    const asked: string[] = [];
    const engine = start({
      onMessage(message) {
        asked.push(text(message));
        return Buffer.from(`${text(message)}!`);
      },
    });
    await engine.evaluate(
      "globalThis.handleCommand = (message) => issueCommand(message.concat(new ArrayBuffer(0)));",
    );
    const replies = await Promise.all(
      ["a", "b"].map((message) => engine.command(Buffer.from(message))),
    );
    assert.deepEqual(
      replies.map(({ bytes }) => text(bytes)),
      ["a!", "b!"],
    );
    assert.deepEqual(asked, ["a", "b"]);
  });

  it("lets an urgent message overtake waiting ones", async () => {
    const engine = start();
    await engine.evaluate("globalThis.handleCommand = (message) => message;");
    const done: string[] = [];
    const send = async (name: string, isUrgent?: boolean) => {
      await engine.command(Buffer.from(name), isUrgent);
      done.push(name);
    };
    await Promise.all([send("first"), send("second"), send("urgent", true)]);
    assert.deepEqual(done, ["first", "urgent", "second"]);
  });

  it("survives a script's error, and reports it in one line", async () => {
    const engine = start();
    await assert.rejects(engine.evaluate(`throw new Error("no good");`), {
      name: "EngineError",
      message: "on XS: Error: no good",
    });
    await engine.evaluate("1;");
    assert.equal(await engine.close(), undefined);
  });

  for (const [what, script, message] of [
    ["that never ends", "for (;;);", /did not answer within 500 ms/],
    ["that overflows the stack", "(function f() { f(); })();", /ended \(stack overflow\)/],
  ] as const) {
    it(`ends with a script ${what}, and rejects all waiting requests`, async () => {
      const engine = start({ answerTimeoutMs: 500 });
      const requests = [script, "1;"].map((each) => engine.evaluate(each));
      for (const request of requests) await assert.rejects(request, message);
      await assert.rejects(engine.evaluate("2;"), message);
      assert.match(String(await engine.ended), message);
    });
  }

  it("ends by itself at the computation limit, even without its host", async () => {
    const engine = start({ computeLimit: 1_000_000 });
    await assert.rejects(engine.evaluate("for (;;);"), /ended \(computation limit exceeded\)/);
  });

  it("reports that it cannot be started", async () => {
    const engine = start({ binary: "/nowhere/xsnap-worker" });
    await assert.rejects(engine.evaluate("1;"), /the XS engine cannot be started: .*ENOENT/);
  });

  it("reports what is wrong with a module, and where", async () => {
    const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
    try {
      const file = join(directory, "bad.js");
      writeFileSync(file, "class X extends Uint8Array {}\nX.prototype.toString = () => '';\n");
      await assert.rejects(load({ binary }, [file]), (error) => {
        assert.ok(error instanceof EngineError);
        assert.match(error.message, /^on XS: TypeError: .*set toString: not writable$/);
        assert.match(error.detail, /bad\.js:2\)/);
        return true;
      });
      await assert.rejects(load({ binary }, [join(directory, "none.js")]), /no module/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
