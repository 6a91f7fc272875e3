import { Engine, type EngineOptions } from "./engine.ts";

/**
 * Makes all built-ins read-only, as preloading does on a device. Code that assigns to a prototype,
 * or to a name that one of its prototypes has, fails here as it does there. Some built-ins have no
 * global name.
 */
const freeze = `"use strict";
for (const name of Object.getOwnPropertyNames(globalThis)) {
  if (globalThis[name] !== globalThis) harden(globalThis[name]);
}
for (const hidden of [
  [].values(), new Map().keys(), new Set().keys(), ""[Symbol.iterator](), "".matchAll(/x/g),
  function* () {}, async () => {}, async function* () {},
]) harden(Object.getPrototypeOf(hidden));
`;

/**
 * Starts XS and loads modules one after the other, with frozen built-ins. After a module is loaded,
 * its exports are frozen too, as if it had been preloaded. The last module is not frozen: it is the
 * program, which a device loads at run time.
 * @throws EngineError with the module's own error
 */
export async function load(options: EngineOptions, files: readonly string[]): Promise<Engine> {
  const engine = new Engine(options);
  try {
    await engine.evaluate(freeze);
    for (const file of files) {
      const isLast = file === files.at(-1);
      await engine.evaluate(importScript(file, isLast));
      // An import completes on a later turn, and cannot fail the script that started it.
      await engine.evaluate("if (globalThis.failure !== undefined) throw globalThis.failure;");
    }
    return engine;
  } catch (error) {
    engine.kill();
    await engine.ended;
    throw error;
  }
}

function importScript(file: string, isLast: boolean): string {
  return `"use strict";
import(${JSON.stringify(file)}).then(
  (module) => { ${isLast ? "" : "harden(module);"} },
  (error) => { globalThis.failure = error + "\\n" + error.stack; },
);`;
}
