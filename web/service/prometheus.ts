import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Metrics } from "./metrics.ts";

/** Each call has its own registry, because several services may run in one process. */
export function prometheusMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "boom_box_web_requests_total",
    help: "Requests to open a gate, by outcome",
    labelNames: ["state", "reason"],
    registers,
  });
  const tapToPulse = new Histogram({
    name: "boom_box_web_tap_to_pulse_seconds",
    help: "Time from the arrival of a request to the start of the pulse, including the way back of the event",
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const signIns = new Counter({
    name: "boom_box_web_sign_ins_total",
    help: "Sign-ins, by method and outcome",
    labelNames: ["method", "outcome"],
    registers,
  });
  const problems = new Counter({
    name: "boom_box_web_problems_total",
    help: "Error responses, by error code",
    labelNames: ["error"],
    registers,
  });
  const streams = new Gauge({
    name: "boom_box_web_streams",
    help: "Open event streams",
    registers,
  });
  const listening = new Gauge({
    name: "boom_box_web_listening",
    help: "1 while the service receives the boxes' reports",
    registers,
  });
  return {
    requestEnded: (state, reason) => requests.inc({ state, reason: reason ?? "" }),
    tapToPulse: (ms) => tapToPulse.observe(ms / 1_000),
    signIn: (method, outcome) => signIns.inc({ method, outcome }),
    problem: (error) => problems.inc({ error }),
    streams: (count) => streams.set(count),
    listening: (isListening) => listening.set(isListening ? 1 : 0),
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
