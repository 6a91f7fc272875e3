import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { WebSocket } from "ws";
import { projectRoot } from "../../host-sim/project-root.ts";
import { workplace } from "./setup.rig.ts";
import type { ServerMessage } from "./view.ts";

describe("boom-box setup", function () {
  this.timeout(60_000);
  const program = join(projectRoot, "scripts", "boom-box.js");
  let place: Awaited<ReturnType<typeof workplace>>;

  beforeEach(async () => {
    place = await workplace();
  });
  afterEach(() => place.remove());

  it("prints a link, serves the page, and ends at Ctrl-C", async () => {
    const { certs, packagePath } = place;
    const child = spawn(
      process.execPath,
      [program, "setup", "--no-open", "--certs", certs, "--package", packagePath],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    try {
      let printed = "";
      while (!printed.includes("\n")) printed += String((await once(child.stdout, "data"))[0]);
      const [, url = ""] = /(http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/)\n/.exec(printed) ?? [];
      const page = await fetch(url);
      assert.match(await page.text(), /<title>Boom Box setup<\/title>/);
      for (const file of ["page.js", "style.css", "icon.svg"]) {
        assert.equal((await fetch(url + file)).status, 200, file);
      }
      const { host, pathname } = new URL(url);
      const socket = new WebSocket(`ws://${host}${pathname}socket`, {
        headers: { origin: `http://${host}` },
      });
      const [first] = await once(socket, "message");
      const message = JSON.parse(String(first)) as ServerMessage;
      assert.ok(message.type === "view");
      assert.equal(message.view.firmware.firmware?.network, "wifi");
      child.kill("SIGINT");
      const [code] = await once(child, "close");
      assert.equal(code, 0);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
