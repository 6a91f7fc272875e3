/** A browser that is driven by HTTP [W3C WebDriver]: Chromium by chromedriver, WebKit by WebKitWebDriver. */
import { type ChildProcess, spawn } from "node:child_process";
import { freePort } from "../../host-sim/free-port.rig.ts";
import { authenticator, type RemoteBrowser } from "./webdriver.rig.ts";

/** What WebDriver calls the field of an answer that says what is wrong. */
interface Failure {
  readonly error?: string;
  readonly message?: string;
}

export class WebDriverError extends Error {
  /** such as "unknown command" */
  readonly code: string;

  constructor(path: string, { error = "no error", message = "" }: Failure) {
    super(`${path}: ${error}: ${message}`);
    this.code = error;
  }
}

export interface Driver {
  /** the program that speaks WebDriver */
  readonly program: string;
  readonly portFlag: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** what the new session must be */
  readonly capabilities: object;
}

/** Starts the driver and, by it, the browser. */
export async function startClassic(driver: Driver): Promise<RemoteBrowser> {
  const port = await freePort();
  const child = spawn(driver.program, [`${driver.portFlag}${port}`], {
    stdio: "ignore",
    env: { ...process.env, ...driver.environment },
  });
  const origin = `http://127.0.0.1:${port}`;
  try {
    await answered(origin, child);
    const body = { capabilities: { alwaysMatch: driver.capabilities } };
    const { sessionId } = (await call(origin, "POST", "/session", body)) as { sessionId: string };
    return remote(`${origin}/session/${sessionId}`, child);
  } catch (error) {
    child.kill();
    throw error;
  }
}

function remote(session: string, child: ChildProcess): RemoteBrowser {
  const post = (path: string, body: object = {}) => call(session, "POST", path, body);
  return {
    goTo: async (url) => void (await post("/url", { url })),
    evaluate: (expression) => post("/execute/sync", { script: `return ${expression};`, args: [] }),
    async perform(source) {
      await post("/actions", { actions: [source] });
      await call(session, "DELETE", "/actions");
    },
    setCookie: async (name, value) =>
      void (await post("/cookie", { cookie: { name, value, path: "/" } })),
    deleteCookies: async () => void (await call(session, "DELETE", "/cookie")),
    async addAuthenticator() {
      try {
        await post("/webauthn/authenticator", authenticator);
        return true;
      } catch (error) {
        if (error instanceof WebDriverError && error.code === "unknown command") return false;
        throw error;
      }
    },
    async close() {
      await call(session, "DELETE", "").catch(() => undefined);
      child.kill();
    },
  };
}

/** The `value` of the answer. @throws WebDriverError */
async function call(base: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(base + path, {
    method,
    signal: AbortSignal.timeout(30_000),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new WebDriverError(path, value as Failure);
  return value;
}

async function answered(origin: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await call(origin, "GET", "/status");
      return;
    } catch (error) {
      if (attempt === 100 || child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
