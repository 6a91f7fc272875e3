import type { Socket } from "node:net";
import { codeOf } from "../certs/files.ts";

export type TcpResult =
  | { readonly type: "open" }
  | { readonly type: "refused" }
  /** no answer at all */
  | { readonly type: "silent" }
  | { readonly type: "unreachable"; readonly code: string };

/** Whether the port accepts a connection. Closes it at once. */
export function tryPort(socket: Socket, timeoutMs: number): Promise<TcpResult> {
  return new Promise((resolve) => {
    const finish = (result: TcpResult) => {
      clearTimeout(timeout);
      socket.destroy();
      resolve(result);
    };
    const timeout = setTimeout(() => finish({ type: "silent" }), timeoutMs);
    socket.on("connect", () => finish({ type: "open" }));
    socket.on("error", (error) => finish(resultOf(codeOf(error) ?? "error")));
  });
}

function resultOf(code: string): TcpResult {
  if (code === "ECONNREFUSED") return { type: "refused" };
  return code === "ETIMEDOUT" ? { type: "silent" } : { type: "unreachable", code };
}

export type DnsResult =
  | { readonly type: "addresses"; readonly addresses: readonly string[] }
  | { readonly type: "failed"; readonly code: string }
  | { readonly type: "silent" };

/** Resolves a name to addresses, or to the reason why there are none. */
export async function resolveName(
  lookup: (name: string) => Promise<readonly string[]>,
  name: string,
  timeoutMs: number,
): Promise<DnsResult> {
  let timeout: NodeJS.Timeout | undefined;
  const silence = new Promise<DnsResult>((resolve) => {
    timeout = setTimeout(() => resolve({ type: "silent" }), timeoutMs);
  });
  const answer = lookup(name).then(
    (addresses): DnsResult => ({ type: "addresses", addresses }),
    (error: unknown): DnsResult => ({ type: "failed", code: codeOf(error) ?? "error" }),
  );
  const result = await Promise.race([answer, silence]);
  clearTimeout(timeout);
  return result;
}
