import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { containerSteps, type Step, unitDirectives } from "./deploy.rig.ts";

/** npm's life-cycle events: https://docs.npmjs.com/cli/using-npm/scripts */
const lifeCycle =
  /^(pre|post)|^(dependencies|install|prepare|prepack|prepublish|prepublishOnly|publish|restart|stop|uninstall|version)$/;

const aws = "a1b2c3d4e5f6g7-ats.iot.eu-central-1.amazonaws.com";
const nobody = { uid: 65_534, gid: 65_534 };

describe("deployment of the staff app", function () {
  this.timeout(300_000);
  /** Not in /tmp, which the unit replaces, and with characters that break a careless URL. */
  const folder = mkdtempSync("/var/tmp/boom-box #1 50%-");
  const app = join(folder, "app");
  const data = join(folder, "data");
  const read = (name: string) => readFileSync(join(projectRoot, "web", "deploy", name), "utf8");
  const steps = containerSteps(read("Containerfile"));
  const unit = unitDirectives(read("boom-box-web.service"));
  const children: ChildProcess[] = [];

  before(function () {
    const isRoot = process.getuid?.() === 0;
    skipWithout(this, "root", isRoot, "root, to run the service as another user");
    chmodSync(folder, 0o755);
    // As in a new container: nothing but the steps.
    for (const step of steps.filter(({ type }) => type !== "user")) run(step);
  });

  after(() => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs one step as root. The paths of the container are in the temporary folder. */
  function run(step: Step): void {
    if (step.type === "workdir") mkdirSync(app, { recursive: true });
    if (step.type === "copy") {
      for (const source of step.sources) {
        const target = step.target.endsWith("/") ? join(step.target, source) : step.target;
        cpSync(join(projectRoot, source), join(app, target), { recursive: true });
      }
    }
    if (step.type === "run") {
      const script = step.script.replaceAll("/data", '"$DATA"').replaceAll("node:node", "65534");
      execFileSync("sh", ["-euc", script], {
        cwd: app,
        env: { ...environment(), DATA: data, npm_config_prefer_offline: "true" },
        stdio: ["ignore", "ignore", "inherit"],
      });
    }
  }

  function environment(): Record<string, string> {
    const { PATH = "", HOME = "/", npm_config_registry: registry } = process.env;
    return {
      PATH,
      HOME,
      ...(registry === undefined ? {} : { npm_config_registry: registry }),
      ...Object.fromEntries(
        steps.flatMap((step) => (step.type === "env" ? Object.entries(step.values) : [])),
      ),
    };
  }

  async function serviceSettings(): Promise<Record<string, string>> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    server.close();
    const port = typeof address === "object" ? address?.port : undefined;
    return {
      BOOM_BOX_WEB_ORIGIN: "http://localhost:8080",
      BOOM_BOX_WEB_AWS_ENDPOINT: aws,
      BOOM_BOX_WEB_LISTEN: `127.0.0.1:${port}`,
    };
  }

  /** Waits for the service, asks for an administrator's link beside it, and stops it. */
  async function use(child: ChildProcess, settings: Record<string, string>, link: () => string) {
    children.push(child);
    let said = "";
    for (const output of [child.stdout, child.stderr]) {
      output?.on("data", (bytes: Buffer) => {
        said += String(bytes);
      });
    }
    const closed = once(child, "close");
    for (;;) {
      if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
      const url = `http://${settings.BOOM_BOX_WEB_LISTEN}`;
      const response = await fetch(`${url}/healthz`).catch(() => undefined);
      if (response?.status === 200) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.match(link(), /http:\/\/localhost:8080\/#invitation=[\w-]{43}\n/);
    assert.doesNotMatch(said, /invitation=/);
    child.kill("SIGTERM");
    assert.deepEqual(await closed, [0, null], said);
  }

  it("installs nothing that only developers need", () => {
    for (const name of ["mocha", "dependency-cruiser", "playwright-core"]) {
      assert.throws(() => statSync(join(app, "node_modules", name)), { code: "ENOENT" }, name);
    }
    statSync(join(app, "node_modules", "hono"));
  });

  it("runs by the container's steps, as a user who cannot write to the program", async () => {
    const steady = {
      ...environment(),
      HOME: "/nonexistent",
      BOOM_BOX_WEB_DATABASE: join(data, "db"),
    };
    const settings = await serviceSettings();
    const entry = steps.find((step) => step.type === "entrypoint");
    assert.ok(entry?.type === "entrypoint");
    const [program = "", ...words] = entry.words;
    const options = { cwd: app, env: { ...steady, ...settings }, ...nobody } as const;
    await use(
      spawn(program, words, { ...options, stdio: ["ignore", "pipe", "pipe"] }),
      settings,
      () =>
        execFileSync(program, [words[0] ?? "", "administrator-link"], {
          ...options,
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
        }),
    );
    assert.equal(statSync(join(data, "db")).mode & 0o777, 0o600);
  });

  it("runs under the unit's directives: no writable file but its state, no capability, no home", async () => {
    const one = (name: string) => unit.get(name)?.at(-1) ?? "";
    assert.deepEqual(["ProtectSystem", "ProtectHome", "PrivateTmp", "NoNewPrivileges"].map(one), [
      "strict",
      "yes",
      "yes",
      "yes",
    ]);
    assert.equal(one("CapabilityBoundingSet"), "");
    const state = join(folder, "state");
    mkdirSync(state, { mode: Number.parseInt(one("StateDirectoryMode"), 8) });
    chownSync(state, nobody.uid, nobody.gid);
    const set = Object.fromEntries(
      (unit.get("Environment") ?? []).map((line) => line.split("=", 2) as [string, string]),
    );
    assert.equal(set.BOOM_BOX_WEB_DATABASE, `/var/lib/${one("StateDirectory")}/boom-box.db`);
    const settings = await serviceSettings();
    const env = {
      PATH: process.env.PATH ?? "",
      ...set,
      BOOM_BOX_WEB_DATABASE: join(state, "boom-box.db"),
      ...settings,
    };
    const [node = "", ...words] = one("ExecStart").split(" ");
    assert.equal(node, "/usr/bin/node");
    const sandboxed = [
      'mount --bind "$STATE" "$STATE"',
      "mount -o remount,bind,ro /",
      "mount -t tmpfs tmpfs /tmp",
      "mount -t tmpfs -o ro tmpfs /root",
      "mount -t tmpfs -o ro tmpfs /home",
      `umask ${one("UMask")}`,
      'exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all "$@"',
    ].join(" && ");
    const child = spawn(
      "unshare",
      ["--mount", "sh", "-c", sandboxed, "sh", realpathSync(process.execPath), ...words],
      { cwd: app, env: { ...env, STATE: state }, stdio: ["ignore", "pipe", "pipe"] },
    );
    await use(child, settings, () =>
      // As docs/web.md says: root, beside the running service.
      execFileSync(process.execPath, ["scripts/boom-box.js", "administrator-link"], {
        cwd: app,
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
  });

  it("says in one line what to do when the program is not compiled and cannot be", () => {
    const copy = join(folder, "not compiled");
    mkdirSync(copy);
    for (const name of ["package.json", "device", "host-sim", "scripts", "web", "node_modules"]) {
      cpSync(join(app, name), join(copy, name), { recursive: true });
    }
    const version = (cwd: string, user: object) =>
      spawnSync(process.execPath, ["scripts/boom-box.js", "--version"], {
        cwd,
        encoding: "utf8",
        ...user,
      });
    const refused = version(copy, nobody);
    assert.equal(refused.status, 2);
    assert.match(
      refused.stderr,
      /^boom-box: the program is not compiled yet.*\(EACCES.*; run .*\n$/,
    );
    rmSync(join(copy, "node_modules"), { recursive: true });
    const bare = version(copy, {});
    assert.equal(bare.status, 2);
    assert.match(bare.stderr, /^boom-box: the packages are not installed; run "npm ci" in .*\n$/);
    // A copy with other dates is still compiled.
    const moved = join(folder, "moved");
    cpSync(app, moved, { recursive: true, preserveTimestamps: false });
    assert.equal(version(moved, nobody).status, 0);
  });

  it("gives no script a name that npm runs by itself", () => {
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    assert.deepEqual(
      Object.keys(scripts).filter((name) => lifeCycle.test(name)),
      [],
    );
  });

  it("has a unit that systemd understands", function () {
    const verified = spawnSync(
      "systemd-analyze",
      ["verify", join(projectRoot, "web", "deploy", "boom-box-web.service")],
      { encoding: "utf8" },
    );
    if (verified.error !== undefined) this.skip();
    const problems = verified.stderr
      .split("\n")
      .filter((line) => line.includes("boom-box-web") && !line.includes("is not executable"));
    assert.deepEqual(problems, []);
  });
});
