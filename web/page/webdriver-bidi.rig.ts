/** Firefox, driven by WebDriver BiDi [W3C WebDriver BiDi]. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import WebSocket from "ws";
import { Marionette } from "./marionette.rig.ts";
import { authenticator, type RemoteBrowser } from "./webdriver.rig.ts";

/** Firefox asks nobody on the internet. */
const preferences: Readonly<Record<string, string | boolean | number>> = {
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "intl.accept_languages": "en-GB, en",
  // Any free one; Firefox writes it to a file of the profile.
  "marionette.port": 0,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  // Virtual authenticators instead of a key at a USB port.
  "security.webauth.webauthn_enable_softtoken": true,
  "security.webauth.webauthn_enable_usbtoken": false,
  "services.settings.server": "data:,",
};

interface Answer {
  readonly id?: number;
  readonly type: "success" | "error" | "event";
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

/** Commands over one WebSocket, each with its own answer. */
class Connection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const answer: Answer = JSON.parse(String(data));
      if (answer.id === undefined) return;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  static async to(url: string): Promise<Connection> {
    const socket = new WebSocket(url);
    await once(socket, "open");
    return new Connection(socket);
  }

  async send(method: string, params: object): Promise<unknown> {
    const id = ++this.#last;
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      setTimeout(() => reject(new Error(`${method}: no answer`)), 30_000).unref();
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
    if (answer.type === "success") return answer.result;
    throw new Error(`${method}: ${answer.error}: ${answer.message}`);
  }

  close(): void {
    this.#socket.close();
  }
}

/** @param program such as `/usr/bin/firefox-esr` */
export async function startFirefox(program: string): Promise<RemoteBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "boom-box-firefox-"));
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(profile, "user.js"), lines.join(""));
  const child = spawn(
    program,
    [
      "--headless",
      "--no-remote",
      "--profile",
      profile,
      "--remote-debugging-port=0",
      "--marionette",
    ],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: profile } },
  );
  async function end(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill();
      await once(child, "exit");
    }
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  try {
    await listening(child);
    const port = await readFile(join(profile, "MarionetteActivePort"), "utf8");
    const marionette = await Marionette.at(Number(port));
    const session = await marionette.send("WebDriver:NewSession", { webSocketUrl: true });
    const { capabilities } = session as { capabilities: { readonly webSocketUrl: string } };
    const connection = await Connection.to(capabilities.webSocketUrl);
    const tree = await connection.send("browsingContext.getTree", {});
    const { contexts } = tree as { contexts: readonly { readonly context: string }[] };
    return remote(connection, marionette, contexts[0]?.context ?? "", end);
  } catch (error) {
    await end();
    throw error;
  }
}

/** Firefox says on standard error that it listens. */
async function listening({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null) throw new Error("Firefox has no standard error");
  const said: string[] = [];
  // The lines after it are read as well, so that Firefox never waits for somebody to read them.
  return await new Promise((resolve, reject) => {
    createInterface({ input: stderr })
      .on("line", (line) => {
        said.push(line);
        if (line.startsWith("WebDriver BiDi listening on ")) resolve();
      })
      .on("close", () => reject(new Error(`Firefox ended: ${said.join("\n")}`)));
  });
}

function remote(
  connection: Connection,
  marionette: Marionette,
  context: string,
  end: () => Promise<void>,
): RemoteBrowser {
  const partition = { type: "context", context };
  return {
    goTo: async (url) =>
      void (await connection.send("browsingContext.navigate", { context, url, wait: "complete" })),
    async evaluate(expression) {
      const answer = await connection.send("script.evaluate", {
        expression: `JSON.stringify(${expression})`,
        target: { context },
        awaitPromise: false,
      });
      const { type, result, exceptionDetails } = answer as {
        type: string;
        result?: { readonly value?: string };
        exceptionDetails?: { readonly text: string };
      };
      if (type !== "success") throw new Error(exceptionDetails?.text);
      return result?.value === undefined ? undefined : JSON.parse(result.value);
    },
    async perform(source) {
      await connection.send("input.performActions", { context, actions: [source] });
      await connection.send("input.releaseActions", { context });
    },
    async setCookie(name, value) {
      const cookie = { name, value: { type: "string", value }, domain: "localhost", path: "/" };
      await connection.send("storage.setCookie", { cookie, partition });
    },
    deleteCookies: async () => void (await connection.send("storage.deleteCookies", { partition })),
    async addAuthenticator() {
      await marionette.send("WebAuthn:AddVirtualAuthenticator", authenticator);
      return true;
    },
    async close() {
      connection.close();
      marionette.close();
      await end();
    },
  };
}
