import assert from "node:assert/strict";

/** The content of a VCD file. */
export interface Vcd {
  readonly scope: string;
  /** of one unit of time, in µs */
  readonly unitUs: number;
  /** each wire's values, the first at 0; time in units */
  readonly wires: ReadonlyMap<string, readonly { readonly at: number; readonly value: 0 | 1 }[]>;
  /** the last time in the file */
  readonly end: number;
}

/**
 * A small strict reader for one-bit wires according to IEEE 1364-2005, clause 18. It throws at
 * anything else: a keyword out of order, an unknown identifier, time that goes back, a change to
 * the same value.
 */
export function readVcd(text: string): Vcd {
  const tokens = text.split(/\s+/).filter((token) => token !== "");
  let next = 0;
  const take = () => tokens[next++] ?? assert.fail("the file ends in the middle");
  const section = (keyword: string): string[] => {
    assert.equal(take(), keyword);
    const content: string[] = [];
    for (let token = take(); token !== "$end"; token = take()) content.push(token);
    return content;
  };
  assert.ok(!Number.isNaN(Date.parse(section("$date").join(" "))));
  section("$version");
  const [size, unit] = section("$timescale");
  assert.match(size ?? "", /^(1|10|100)$/);
  assert.equal(unit, "us");
  const [kind, scope = "", ...none] = section("$scope");
  assert.deepEqual([kind, none], ["module", []]);
  assert.match(scope, /^[A-Za-z_0-9]+$/);
  const names = new Map<string, string>();
  const wires = new Map<string, { at: number; value: 0 | 1 }[]>();
  while (tokens[next] === "$var") {
    const [type, bits, code = "", name = "", ...rest] = section("$var");
    assert.deepEqual([type, bits, rest], ["wire", "1", []]);
    assert.match(code, /^[!-~]+$/);
    assert.match(name, /^[A-Za-z_][A-Za-z_0-9$]*$/);
    assert.ok(!names.has(code) && !wires.has(name));
    names.set(code, name);
    wires.set(name, []);
  }
  assert.deepEqual([section("$upscope"), section("$enddefinitions")], [[], []]);
  const change = (token: string, at: number) => {
    const [, bit, code = ""] =
      /^([01])(\S+)$/.exec(token) ?? assert.fail(`${token} is not a change`);
    const values = wires.get(names.get(code) ?? assert.fail(`${code} is not a wire`)) ?? [];
    const value = bit === "1" ? 1 : 0;
    const last = values.at(-1);
    assert.ok(last === undefined || (last.value !== value && last.at < at), `${token} at ${at}`);
    values.push({ at, value });
  };
  assert.equal(take(), "#0");
  for (const token of section("$dumpvars")) change(token, 0);
  for (const values of wires.values()) assert.equal(values.length, 1);
  let at = 0;
  for (; next < tokens.length; next++) {
    const token = tokens[next] ?? "";
    if (!token.startsWith("#")) {
      change(token, at);
      continue;
    }
    assert.match(token, /^#\d+$/);
    assert.ok(Number(token.slice(1)) > at, `${token} after #${at}`);
    at = Number(token.slice(1));
  }
  return { scope, unitUs: Number(size), wires, end: at };
}
