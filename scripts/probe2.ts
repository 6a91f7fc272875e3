import { connect } from "node:tls";
import { fork } from "node:child_process";
import { startBenchCloud, identityOf } from "./bench/bench-cloud.ts";
if (process.argv[2] === "child") {
  process.once("message", async ({ port, pem }: any) => {
    const identity = identityOf(pem);
    const keep: any[] = [];
    const add = () => new Promise<void>((r) => { const s = connect({ host: "localhost", port, servername: "localhost", secureContext: identity.secureContext }, () => r()); s.on("data", () => {}); s.on("error", () => {}); s.setNoDelay(true); keep.push(s); });
    const settle = async () => { for (let i = 0; i < 4; i++) { await new Promise((r) => setTimeout(r, 200)); (globalThis as any).gc(); } return process.memoryUsage().heapUsed; };
    for (let i = 0; i < 20; i++) await add();
    const b = await settle();
    for (let i = 0; i < 500; i++) await add();
    const a = await settle();
    console.log("bare TLS socket KiB", (a - b) / 500 / 1024, keep.length);
    process.send?.("done");
  });
} else {
  const { cloud, pem } = await startBenchCloud();
  const c = fork(process.argv[1]!, ["child"], { execArgv: ["--expose-gc", "--import", "tsx"] });
  c.send({ port: cloud.port, pem });
  c.once("message", () => process.exit(0));
}
