import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";

/** Jinja as moto brings it: Home Assistant's templates are Jinja with more functions. */
const python = join(projectRoot, "build", "moto", "bin", "python");

export function jinjaIsInstalled(): boolean {
  return existsSync(python);
}

/** What Home Assistant adds and our templates use, by its documentation ("Templating"). */
const program = `
import json, sys
from datetime import datetime, timezone
from jinja2.sandbox import ImmutableSandboxedEnvironment
given = json.load(sys.stdin)
env = ImmutableSandboxedEnvironment()
env.filters["to_json"] = lambda value: json.dumps(value)
env.globals["now"] = lambda: datetime.now(timezone.utc)
env.globals["as_datetime"] = lambda value: datetime.fromtimestamp(value, timezone.utc)
for name, text, value in given:
    print(json.dumps(env.from_string(text).render(value=value, value_json=value).strip()))
`;

/** @returns what each template makes of its message, parsed */
export function render(
  cases: readonly (readonly [name: string, template: string, message: unknown])[],
): string[] {
  const output = execFileSync(python, ["-c", program], {
    input: JSON.stringify(cases),
    encoding: "utf8",
  });
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as string);
}
