import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { findEngine } from "../../host-sim/xs/engine.ts";
import { makeScenariosPage } from "./scenarios-page.ts";

const file = "docs/scenarios.md";
const binary = findEngine();
if (binary === undefined) {
  process.stderr.write(
    'XS is not built: install make and a C compiler, then run "npm ci" on Node 20 or 22\n',
  );
  process.exitCode = 2;
} else {
  const { text, failures } = await makeScenariosPage(binary, (done, all) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Kscenario ${done} of ${all}`);
  });
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  writeFileSync(join(projectRoot, file), text);
  process.stdout.write(`${file}: ${failures === 0 ? "all pass" : `${failures} FAIL`}\n`);
  process.exitCode = failures === 0 ? 0 : 1;
}
