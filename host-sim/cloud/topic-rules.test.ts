import assert from "node:assert/strict";
import fc from "fast-check";
import { awsLimits } from "./aws-limits.ts";
import {
  filterProblem,
  hasWildcard,
  isOpenToClients,
  isReserved,
  matchesFilter,
  topicProblem,
} from "./topic-rules.ts";

const longest = "x".repeat(256);
const deepest = "a/b/c/d/e/f/g/h";

describe("topicProblem", () => {
  for (const topic of [
    ...["a", "/", "a//b", "gate/lot-1/command", "$aws/things/a/shadow/update", deepest],
    ...[longest, "ö".repeat(128), `$aws/rules/rule/${deepest}`, `$aws/rules/rule/${longest}`],
  ]) {
    it(`accepts ${topic.slice(0, 40)}`, () => {
      assert.equal(topicProblem(topic, awsLimits), undefined);
    });
  }

  const problems: readonly (readonly [string, RegExp])[] = [
    ["", /empty/],
    ["a/+", /\+ or #/],
    ["#", /\+ or #/],
    ["a\0", /U\+0000/],
    [`${longest}x`, /over 256 bytes/],
    ["ö".repeat(129), /over 256 bytes/],
    [`${deepest}/i`, /over 7 slashes/],
    ["////////", /over 7 slashes/],
    [`$aws/rules/rule/${deepest}/i`, /over 7 slashes/],
    [`$aws/rules/rule/${longest}x`, /over 256 bytes/],
    [`$aws/rule/rules/${deepest}`, /over 7 slashes/],
    ["x/$aws/rules/rule/a/b/c/d/e", /over 7 slashes/],
  ];
  for (const [topic, problem] of problems) {
    it(`refuses ${JSON.stringify(topic.slice(0, 40))}: ${problem.source}`, () => {
      assert.match(topicProblem(topic, awsLimits) ?? "", problem);
    });
  }
});

describe("filterProblem", () => {
  for (const filter of ["a", "#", "+", "/#", "+/+/#", "a/+/b", "/", `+/${"x".repeat(254)}`]) {
    it(`accepts ${filter.slice(0, 40)}`, () => {
      assert.equal(filterProblem(filter, awsLimits), undefined);
    });
  }

  const problems: readonly (readonly [string, RegExp])[] = [
    ["", /empty/],
    ["a+", /fill a level/],
    ["a/b#", /fill a level/],
    ["++", /fill a level/],
    ["#/a", /last level/],
    ["a/#/#", /last level/],
    ["a/\0", /U\+0000/],
    ["#/", /last level/],
    [`+/${"x".repeat(255)}`, /over 256 bytes/],
    ["+/+/+/+/+/+/+/+/#", /over 7 slashes/],
    ["$share/group/a", /shared/],
  ];
  for (const [filter, problem] of problems) {
    it(`refuses ${JSON.stringify(filter.slice(0, 40))}: ${problem.source}`, () => {
      assert.match(filterProblem(filter, awsLimits) ?? "", problem);
    });
  }
});

describe("reserved topics", () => {
  it("start with a dollar", () => {
    assert.ok(isReserved("$aws/things/a/shadow/get"));
    assert.ok(!isReserved("a/$aws"));
  });

  for (const topic of [
    ...["get", "update", "delete"].map((verb) => `$aws/things/a/shadow/${verb}`),
    ...["$aws/things/a/shadow/name/n/update", "$aws/things/a/jobs/get", "$aws/rules/r/a/b"],
    ...["$aws/things/a/jobs/start-next", "$aws/things/a/jobs/$next/get"],
    ...["$aws/things/a/jobs/7/update"],
  ]) {
    it(`accept a client's PUBLISH on ${topic}`, () => assert.ok(isOpenToClients(topic)));
  }

  for (const topic of [
    ...["$aws/events/presence/connected/a", "$aws/things/a/shadow/update/accepted", "$SYS/a"],
    ...["$aws/things/a/b/shadow/update", "$aws/things/a/jobs/notify-next", "$aws/rules/r/"],
    ...["$aws/things/a/shadow/name/update", "$aws/things/a/jobs/7", "x/$aws/rules/r/a"],
    ...["$aws/things//shadow/get", "$aws/rules//a", "$aws/things/a/jobs/7/8/get"],
  ]) {
    it(`refuse a client's PUBLISH on ${topic}`, () => assert.ok(!isOpenToClients(topic)));
  }
});

describe("matchesFilter", () => {
  const matches: readonly (readonly [string, string])[] = [
    ...([
      ["a", "a"],
      ["a/b", "a/b"],
      ["+", "a"],
      ["+/b", "a/b"],
      ["a/+", "a/"],
    ] as const),
    ...([
      ["#", "a"],
      ["#", "a/b/c"],
      ["a/#", "a/b"],
      ["a/#", "a/"],
      ["a/#", "a/b/c"],
    ] as const),
    ...([
      ["/+", "/a"],
      ["+/+", "/a"],
      ["+/#", "a/b"],
      ["$aws/#", "$aws/a"],
    ] as const),
    ...([
      ["$aws/+", "$aws/a"],
      ["$aws/a", "$aws/a"],
    ] as const),
  ];
  for (const [filter, topic] of matches) {
    it(`${filter} matches ${topic}`, () => assert.ok(matchesFilter(filter, topic)));
  }

  const misses: readonly (readonly [string, string])[] = [
    ...([
      ["a", "b"],
      ["a", "a/b"],
      ["a/b", "a"],
      ["+", "a/b"],
      ["+", "/a"],
      ["a/+", "a"],
    ] as const),
    ...([
      ["a/#", "ab"],
      ["a/+", "a/b/c"],
      ["+/b", "a/c"],
      ["A", "a"],
    ] as const),
    ...([
      ["#", "$aws/a"],
      ["+/a", "$aws/a"],
      ["+", "$SYS"],
    ] as const),
  ];
  for (const [filter, topic] of misses) {
    it(`${filter} does not match ${topic}`, () => assert.ok(!matchesFilter(filter, topic)));
  }

  it("does not match a with a/#, unlike [MQTT-4.7.1-2]", () => {
    assert.ok(!matchesFilter("a/#", "a"));
    assert.ok(!matchesFilter("+/#", "a"));
  });

  const level = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 2 });
  const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"));
  const filters = fc
    .tuple(fc.array(fc.oneof(level, fc.constant("+")), { maxLength: 3 }), fc.constantFrom("#", "a"))
    .map(([levels, last]) => [...levels, last].join("/"));

  it("agrees with the filter read as a regular expression", () => {
    fc.assert(
      fc.property(filters, topics, (filter, topic) => {
        const source = filter.replaceAll("+", "[^/]*").replace(/#$/, ".*");
        assert.equal(matchesFilter(filter, topic), new RegExp(`^${source}$`).test(topic));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("hasWildcard", () => {
  it("distinguishes filters from topics", () => {
    assert.ok(hasWildcard("a/+"));
    assert.ok(hasWildcard("#"));
    assert.ok(!hasWildcard("a/b"));
  });
});
