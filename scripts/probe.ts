import { measureLatency } from "./bench/latency.ts";
import { quantile } from "./bench/statistics.ts";
import { NodeTLSSocket } from "../host-sim/hardware/tls.ts";
import { Session } from "../device/core/mqtt/session.ts";
import { Decoder } from "../device/core/mqtt/codec.ts";
import { CommandReader } from "../device/core/command.ts";
const t: Record<string, number[]> = {};
function wrap(proto: any, name: string) {
  const f = proto[name];
  proto[name] = function (...a: any[]) { const s = performance.now(); const r = f.apply(this, a); (t[name] ??= []).push(performance.now() - s); return r; };
}
wrap(NodeTLSSocket.prototype, "read"); wrap(Session.prototype, "handleBytes"); wrap(Decoder.prototype, "decode"); wrap(CommandReader.prototype, "read2" in CommandReader.prototype ? "read2" : "read");
const { ours, mqttJs } = await measureLatency(300, () => {});
console.log("ours", quantile(ours.latencies, .5), "mqttjs", quantile(mqttJs.latencies, .5));
for (const [n, v] of Object.entries(t)) console.log(n, v.length, quantile(v, .5).toFixed(4), quantile(v, .9).toFixed(4));
process.exit(0);
