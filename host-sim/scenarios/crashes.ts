import type { Panic } from "../../device/hal.ts";
import { type CrashReport, maximumReportLength } from "../../device/messages/crash.ts";
import type { Scenario, Trial } from "./scenario.ts";
import { car } from "./surroundings.ts";

const settings = { log: true };
const expected = { pulses: [], reported: [], backWithinMs: 20_000 };

const panic: Panic = {
  reason: "Task watchdog got triggered",
  task: "main",
  backtrace: [0x400d_1234, 0x400d_5678],
  code: [0x3f40_1234],
  elf: "0123abcd9",
};

/** The box has told of exactly one crash. */
function onlyReport(trial: Trial): CrashReport | undefined {
  // It follows the status, which shows that the box is back.
  trial.world.run(1_000);
  const { crashReports } = trial;
  trial.expect(crashReports.length === 1, `${crashReports.length} reports of a crash`);
  const [report] = crashReports;
  // The password of the network is in no line.
  trial.expect(!JSON.stringify(report).includes(String(car.password)), "no secrets in a report");
  return report;
}

/** What the box tells about the end of its program. */
export const crashScenarios: readonly Scenario[] = [
  {
    name: "uncaught error: told with the next connection, once, with the lines before it",
    settings,
    expected,
    run(trial) {
      const { world } = trial;
      world.device.later(0, () => {
        throw new TypeError("no such gate");
      });
      world.run(1);
      trial.awaitReturn();
      world.run(60_000);
      const report = onlyReport(trial);
      trial.expect(report?.resetReason === "software", "the reset reason");
      trial.expect(report?.abort?.why === "unhandled exception", "the engine's reason");
      trial.expect(report?.abort?.error === "TypeError: no such gate", "the error");
      trial.expect((report?.abort?.stack.length ?? 0) > 0, "the stack");
      trial.expect(report?.lines.at(-1)?.includes('"status"') === true, "the last line");
      world.broker.dropAll();
      trial.awaitReturn();
      onlyReport(trial);
    },
  },
  {
    name: "out of memory: told with the next connection, and where the engine was",
    settings,
    expected,
    run(trial) {
      const { world } = trial;
      world.crash("memory full");
      trial.awaitReturn();
      const report = onlyReport(trial);
      trial.expect(report?.abort?.why === "memory full", "the engine's reason");
      trial.expect(report?.abort?.error === "Error: memory full", "the engine's reason again");
      trial.expect((report?.abort?.stack.length ?? 0) > 0, "the stack");
    },
  },
  {
    name: "watchdog: told with what the chip has kept, which is erased after that",
    settings,
    expected,
    run(trial) {
      const { world } = trial;
      world.panic = panic;
      world.reset("watchdog");
      trial.awaitReturn();
      const report = onlyReport(trial);
      trial.expect(report?.resetReason === "watchdog", "the reset reason");
      trial.expect(report?.panic?.backtrace[1] === 0x400d_5678, "the backtrace");
      trial.expect(report?.panic?.code[0] === 0x3f40_1234, "the running byte code");
      trial.expect(world.panic === undefined, "erased");
    },
  },
  {
    name: "connection lost before the report of a crash is acknowledged: it is repeated, unchanged",
    settings,
    expected,
    run(trial) {
      const { world } = trial;
      world.panic = panic;
      world.reset("panic");
      world.broker.manners.withholds = new Set(["puback"]);
      trial.awaitReturn();
      for (let i = 0; i < 3; i++) {
        world.broker.dropAll();
        trial.awaitReturn();
      }
      trial.expect(world.panic !== undefined, "kept until it is acknowledged");
      world.broker.manners.withholds = new Set();
      world.broker.dropAll();
      trial.awaitReturn();
      onlyReport(trial);
      trial.expect(world.panic === undefined, "erased");
    },
  },
  {
    name: "crash of a box whose policy forbids the log: it gives up, and opens",
    settings,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 5 * 60_000 },
    run(trial) {
      const { world } = trial;
      world.broker.manners.forbids = world.topics.log;
      world.reset("watchdog");
      trial.healed();
      world.run(5 * 60_000);
      const { length } = world.broker.connects;
      trial.expect(length > 2 && length <= 8, `${length} connections`);
      world.open();
      world.run(5_000);
      trial.expect(trial.crashReports.length === 0, "no report");
      trial.expect(world.broker.connects.length === length, "it stays connected");
    },
  },
  {
    name: "crashes without a network: the first one is told, and how many there were",
    settings,
    expected,
    run(trial) {
      const { world } = trial;
      world.reachNetworks([]);
      for (const what of ["first", "second", "third"]) {
        world.crash("unhandled exception", new Error(what));
        world.run(60_000);
      }
      world.reachNetworks([car]);
      trial.awaitReturn();
      const report = onlyReport(trial);
      trial.expect(report?.crashes === 3, `${report?.crashes} crashes`);
      trial.expect(report?.abort?.error === "Error: first", "the first error");
    },
  },
  {
    name: "a power cut is no crash, and forgets what memory held; the chip's own record stays",
    settings,
    expected,
    run(trial) {
      const { world } = trial;
      world.reachNetworks([]);
      world.crash("unhandled exception", new Error("forgotten"));
      world.run(60_000);
      world.powerOff();
      world.reachNetworks([car]);
      world.powerOn();
      trial.awaitReturn();
      trial.expect(trial.crashReports.length === 0, "nothing is told after a power cut");
      world.panic = panic;
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
      const report = onlyReport(trial);
      trial.expect(report?.panic?.task === "main", "the panic before the power cut");
    },
  },
  {
    name: "ten thousand lines before a crash: the last ones are told, and no more than fit",
    settings,
    expected,
    run(trial) {
      const { world } = trial;
      for (let i = 1; i <= 10_000; i++) world.print(`{"type":"flood","quoted":"\\"${i}\\""}`);
      world.reset("watchdog");
      trial.awaitReturn();
      const report = onlyReport(trial);
      const length = JSON.stringify(report).length;
      trial.expect(length <= maximumReportLength, `${length} characters`);
      trial.expect(report?.lines.at(-1)?.includes("10000") === true, "the last line");
    },
  },
  {
    name: "crash of a box whose settings do not want a log: it publishes nothing about it",
    expected,
    run(trial) {
      const { world } = trial;
      world.panic = panic;
      world.reset("panic");
      trial.awaitReturn();
      world.run(60_000);
      trial.expect(trial.crashReports.length === 0, "no report");
      trial.expect(world.broker.connects.length === 2, "it stays connected");
    },
  },
];
