import { World } from "../scenarios/world.ts";

export interface ReconnectsResult {
  readonly reconnects: number;
  readonly problems: readonly string[];
}

/** A broker that drops the box repeatedly: nothing of a connection may remain after it. */
export function simulateReconnects(
  count: number,
  seed: number,
  onProgress: (done: number) => void = () => {},
): ReconnectsResult {
  const problems: string[] = [];
  const onProblem = (problem: string) => {
    if (problems.length < 20) problems.push(problem);
  };
  const world = new World(
    {
      onEdge: () => onProblem("an edge without a command"),
      onEvent: () => onProblem("an event without a command"),
      onStatus: () => {},
      onProblem,
    },
    { seed },
  );
  world.powerOn();
  world.awaitOnline();
  let connects = 0;
  for (let done = 1; done <= count; done++) {
    world.broker.dropAll();
    world.run(100);
    world.awaitOnline();
    const { armedTimers, openSockets } = world.device;
    if (armedTimers !== 1) onProblem(`${armedTimers} timers after ${done} reconnects`);
    if (openSockets !== 1) onProblem(`${openSockets} sockets after ${done} reconnects`);
    connects += world.broker.connects.splice(0).length;
    onProgress(done);
  }
  return { reconnects: connects - 1, problems };
}
