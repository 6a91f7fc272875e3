import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { projectRoot } from "../../host-sim/project-root.ts";
import { pageBuild } from "../../web/page-build.ts";
import { words } from "./words.ts";

/** The files of the page by name. The page itself has an empty name. */
export type PageFiles = ReadonlyMap<
  string,
  { readonly body: Uint8Array<ArrayBuffer>; readonly type: string }
>;

/**
 * Builds the page from `scripts/setup/page`, so that it is never stale.
 * @throws when it does not compile
 */
export async function buildPage(): Promise<PageFiles> {
  const page = join(projectRoot, "scripts", "setup", "page");
  const bundle = await build({
    ...pageBuild,
    entryPoints: { page: join(page, "main.tsx"), style: join(page, "style.css") },
  });
  const files = new Map<string, { body: Uint8Array<ArrayBuffer>; type: string }>();
  for (const { path, contents } of bundle.outputFiles) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const kind = name.endsWith(".js") ? "text/javascript" : "text/css";
    files.set(name, { body: new Uint8Array(contents), type: `${kind}; charset=utf-8` });
  }
  const icon = await readFile(join(projectRoot, "web", "page", "icons", "icon.svg"));
  files.set("icon.svg", { body: new Uint8Array(icon), type: "image/svg+xml" });
  files.set("", { body: new TextEncoder().encode(html), type: "text/html; charset=utf-8" });
  return files;
}

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${words.title}</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="style.css">
<script type="module" src="page.js"></script>
<body>
<div id="app"></div>
<noscript><p>${words.noScript}</p></noscript>
</body>
</html>
`;
