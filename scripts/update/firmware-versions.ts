import type { GateLink } from "../../web/cloud/gate-link.ts";

/**
 * The firmware of boxes as their retained statuses say. What does not come in time stays unknown: an
 * update does not need it.
 * @param withinMs for the connection
 * @param retainedMs for the statuses, which come at once
 */
export async function firmwareVersions(
  link: GateLink,
  things: readonly string[],
  withinMs: number,
  retainedMs: number,
): Promise<Record<string, string>> {
  const versions: Record<string, string> = Object.create(null);
  let timeout: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timeout = setTimeout(resolve, withinMs);
    link.watch(things.map((thingName) => ({ thingName, output: null })));
    link.start({
      onEvent: () => {},
      onStatus: (thing, { firmware }) => {
        if (things.includes(thing)) versions[thing] = firmware;
        if (things.every((each) => versions[each] !== undefined)) resolve();
      },
      onListening: (isListening) => {
        clearTimeout(timeout);
        if (isListening) timeout = setTimeout(resolve, retainedMs);
        else resolve();
      },
    });
  });
  clearTimeout(timeout);
  await link.close();
  return { ...versions };
}
