import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { projectRoot } from "../../host-sim/project-root.ts";

describe("a machine without IPv4", function () {
  this.timeout(90_000);
  const folder = mkdtempSync(join(tmpdir(), "boom-box-"));
  after(() => rmSync(folder, { recursive: true }));

  /** A network namespace of its own, so nothing of this machine changes. */
  const script = `
    mount --bind "$HOSTS" /etc/hosts
    ip link set lo up
    ip address delete 127.0.0.1/8 dev lo
    "$NODE" "$COMMAND" start --certs "$FOLDER/certs" > "$FOLDER/start" 2>&1 &
    start=$!
    until grep -q "staff app:" "$FOLDER/start"; do
      kill -0 $start || exit 1
      sleep 0.2
    done
    "$NODE" "$COMMAND" open --certs "$FOLDER/certs"
    "$NODE" -e '
      const { control } = JSON.parse(fs.readFileSync(process.argv[1], "utf8"));
      fetch("http://[::1]:" + control.port).then(({ status }) => console.log(status));
    ' "$FOLDER/certs/stand-in.json"
    "$NODE" -e 'fetch("http://localhost:8080/healthz").then(({ status }) => console.log(status))'
    kill -TERM $start
    wait $start`;

  it("runs the stand-in, the box and the staff app", async function () {
    const isRoot = process.getuid?.() === 0 && process.platform === "linux";
    skipWithout(this, "root", isRoot, "root on Linux, to make a network namespace");
    const hosts = join(folder, "hosts");
    writeFileSync(hosts, "127.0.0.1 localhost\n::1 localhost\n");
    const { stdout } = await promisify(execFile)(
      "unshare",
      ["--net", "--mount", "sh", "-euc", script],
      {
        env: {
          ...process.env,
          HOSTS: hosts,
          NODE: process.execPath,
          COMMAND: join(projectRoot, "scripts", "boom-box.js"),
          FOLDER: folder,
        },
      },
    );
    assert.match(stdout, /^opened: lot-1 held the button for \d+ ms\n403\n200\n$/);
  });
});
