/** Where a gate is, as in its topics: the thing name of its box, and its own name there if it has one. */
export function placeOf({
  thingName,
  output,
}: {
  readonly thingName: string;
  readonly output: string | null;
}): string {
  return output === null ? thingName : `${thingName}/${output}`;
}
