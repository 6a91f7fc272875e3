import { seededRandom } from "../scenarios/timeline.ts";
import { World } from "../scenarios/world.ts";
import { makeHostile } from "./hostile.ts";

export interface FuzzResult {
  readonly packets: number;
  /** valid commands, each of which left exactly one event */
  readonly commands: number;
  /** damaged commands that may still have meant `open`, and the pulses they caused */
  readonly mayHaveOpened: number;
  readonly pulses: number;
  readonly reconnects: number;
  readonly problems: readonly string[];
}

/**
 * Sends hostile packets and payloads, structured and random, whole and in pieces, to an online box.
 */
export function fuzz(
  count: number,
  seed: number,
  onProgress: (done: number) => void = () => {},
): FuzzResult {
  const random = seededRandom(seed);
  const problems: string[] = [];
  const onProblem = (problem: string) => {
    if (problems.length < 20) problems.push(problem);
  };
  let mayOpen = false;
  let roseAt = 0;
  let pulses = 0;
  let events = 0;
  const world = new World(
    {
      onEdge(value, at) {
        if (value === 0) {
          if (at - roseAt > world.settings.pulseCapMs) onProblem(`a pulse of ${at - roseAt} ms`);
          return;
        }
        roseAt = at;
        pulses += 1;
        if (!mayOpen) onProblem("an edge without a command");
      },
      onEvent: () => {
        events += 1;
      },
      onStatus: () => {},
      onProblem,
    },
    { seed, settings: { cooldownMs: 0 } },
  );
  world.powerOn();
  world.awaitOnline();
  world.surroundings.cut = (bytes) => pieces(bytes, random);
  let commands = 0;
  let mayHaveOpened = 0;
  let connects = 0;
  for (let done = 1; done <= count; done++) {
    const hostile = makeHostile(random, world.topics.command, world.date);
    mayOpen = hostile.mayOpen;
    if (mayOpen) mayHaveOpened += 1;
    const before = events;
    world.broker.sendRaw(hostile.bytes);
    // An incomplete packet would consume the next one: only a new connection helps.
    world.run(200);
    if (!hostile.isCommand) {
      world.broker.dropAll();
      // A requested pulse completes.
      if (world.level === 1) world.run(600);
      world.run(100);
      world.awaitOnline();
      mayOpen = false;
      world.run(200);
    } else {
      commands += 1;
      if (events !== before + 1) onProblem(`${events - before} events for one command`);
    }
    connects += world.broker.connects.splice(0).length;
    onProgress(done);
  }
  if (world.crashes > 0) onProblem(`the program ended ${world.crashes} times`);
  const reconnects = connects - 1;
  return { packets: count, commands, mayHaveOpened, pulses, reconnects, problems };
}

function pieces(bytes: Uint8Array, random: () => number): Uint8Array[] {
  if (random() < 0.5) return [bytes];
  const at = Math.floor(random() * bytes.length);
  return [bytes.subarray(0, at), bytes.subarray(at)].filter(({ length }) => length > 0);
}
