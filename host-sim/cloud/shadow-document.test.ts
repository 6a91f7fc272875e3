import assert from "node:assert/strict";
import fc from "fast-check";
import {
  depthOf,
  differenceOf,
  emptySection,
  equals,
  hasNullInArray,
  isObject,
  type Json,
  type JsonObject,
  merge,
  metadataOf,
  type Section,
  stateOf,
} from "./shadow-document.ts";

const at = 1_700_000_000;
const sectionOf = (state: JsonObject) => merge(emptySection, state, at);
const merged = (before: JsonObject, change: JsonObject) =>
  stateOf(merge(sectionOf(before), change, at));
const difference = (desired: JsonObject, reported: JsonObject) =>
  stateOf(differenceOf(sectionOf(desired), sectionOf(reported)));

describe("a shadow's section", () => {
  it("changes only what an update names", () => {
    assert.deepEqual(merged({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 4 }, e: "new" }), {
      a: 1,
      b: { c: 4, d: 3 },
      e: "new",
    });
  });

  it("deletes what is null, and an object that has become empty", () => {
    assert.deepEqual(merged({ a: 1, b: { c: 2 } }, { a: null, b: { c: null } }), {});
    assert.deepEqual(merged({ a: 1 }, { b: null, c: {} }), { a: 1 });
  });

  it("replaces an array as a whole, and one kind of value by another", () => {
    assert.deepEqual(merged({ a: [1, 2, 3], b: { c: 1 } }, { a: [4], b: 5 }), { a: [4], b: 5 });
    assert.deepEqual(merged({ b: 5 }, { b: { c: 1 } }), { b: { c: 1 } });
  });

  it("has the time of each value", () => {
    const section = merge(sectionOf({ a: 1, b: { c: [true, { d: 1 }] } }), { a: 2 }, at + 5);
    assert.deepEqual(metadataOf(section), {
      a: { timestamp: at + 5 },
      b: { c: [{ timestamp: at }, { d: { timestamp: at } }] },
    });
  });

  it("keeps names that mean something else in JavaScript", () => {
    const change: JsonObject = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}');
    const text = JSON.stringify(stateOf(sectionOf(change)));
    assert.equal(text, '{"__proto__":{"x":1},"constructor":2}');
    assert.deepEqual(difference(change, {}), change);
  });
});

describe("the difference of desired and reported", () => {
  it("has what is desired and not, or not equally, reported", () => {
    assert.deepEqual(difference({ a: 1, b: 2, c: { d: 1, e: 2 } }, { a: 1, b: 3, c: { d: 1 } }), {
      b: 2,
      c: { e: 2 },
    });
  });

  it("has nothing that is only reported", () => {
    assert.deepEqual(difference({}, { a: 1 }), {});
  });

  it("compares arrays as a whole, whatever the order of members in them", () => {
    assert.deepEqual(difference({ a: [{ x: 1, y: 2 }] }, { a: [{ y: 2, x: 1 }] }), {});
    assert.deepEqual(difference({ a: [1, 2] }, { a: [1] }), { a: [1, 2] });
  });
});

describe("a shadow's JSON", () => {
  it("is as deep as its objects and arrays", () => {
    assert.equal(depthOf(1), 0);
    assert.equal(depthOf({}), 1);
    assert.equal(depthOf({ a: 1, b: { c: [1] } }), 3);
  });

  it("has no null in an array", () => {
    assert.ok(hasNullInArray({ a: [1, null] }));
    assert.ok(hasNullInArray({ a: [{ b: null }] }));
    assert.ok(!hasNullInArray({ a: null, b: { c: null }, d: [1] }));
  });
});

/** The model: a text for each path to a value. An array is a value. */
type Model = ReadonlyMap<string, string>;

function modelOf(state: Json, path = ""): Map<string, string> {
  if (!isObject(state)) return new Map([[path, JSON.stringify(sorted(state))]]);
  return new Map(
    Object.entries(state).flatMap(([name, value]) => [...modelOf(value, `${path}/${name}`)]),
  );
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each)]));
}

/** A value at a path replaces whatever was at, above or below it; null only deletes. */
function mergedModel(before: Model, change: Json): Model {
  const after = new Map(before);
  const isWithin = (path: string, root: string) => path === root || path.startsWith(`${root}/`);
  const visit = (value: Json, path: string) => {
    const isBranch = isObject(value);
    for (const known of after.keys()) {
      const isReplaced = isBranch ? known === path : isWithin(known, path);
      if (isReplaced && path !== "") after.delete(known);
    }
    if (isBranch) for (const [name, each] of Object.entries(value)) visit(each, `${path}/${name}`);
    else if (value !== null) after.set(path, JSON.stringify(sorted(value)));
  };
  visit(change, "");
  return after;
}

const name = fc.constantFrom("a", "b", "c");
const plain = fc.oneof(fc.integer({ min: 0, max: 2 }), fc.boolean(), fc.constantFrom("x", ""));
const array = fc.array(fc.oneof(plain, fc.dictionary(name, plain)), { maxLength: 2 });
const objects = (withNull: boolean) =>
  fc.letrec<{ object: JsonObject; value: Json }>((tie) => ({
    object: fc.dictionary(name, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    value: fc.oneof(
      { depthSize: "small", maxDepth: 3 },
      plain as fc.Arbitrary<Json>,
      array as fc.Arbitrary<Json>,
      ...(withNull ? [fc.constant(null) as fc.Arbitrary<Json>] : []),
      tie("object"),
    ),
  })).object;

const changes = fc.array(objects(true), { maxLength: 4 });
const applied = (list: readonly JsonObject[]) =>
  list.reduce((section: Section, change) => merge(section, change, at), emptySection);

describe("any shadow", () => {
  it("merges as the model of paths does", () => {
    fc.assert(
      fc.property(changes, (list) => {
        const expected = list.reduce<Model>(mergedModel, new Map());
        const state = stateOf(applied(list));
        const actual = Object.keys(state).length === 0 ? new Map() : modelOf(state);
        assert.deepEqual([...actual].sort(), [...expected].sort());
      }),
    );
  });

  it("does not change when the same update comes again", () => {
    fc.assert(
      fc.property(changes, objects(true), (list, change) => {
        const once = merge(applied(list), change, at);
        assert.deepEqual(merge(once, change, at), once);
      }),
    );
  });

  it("has no difference once a device reports what is desired", () => {
    fc.assert(
      fc.property(changes, changes, (desired, reported) => {
        const wanted = applied(desired);
        const told = differenceOf(wanted, applied(reported));
        const after = merge(applied(reported), stateOf(told), at);
        assert.equal(differenceOf(wanted, after).size, 0);
      }),
    );
  });

  it("is told of exactly what the model of paths finds different", () => {
    fc.assert(
      fc.property(changes, changes, (desired, reported) => {
        const [wanted, present] = [applied(desired), applied(reported)];
        const known = modelOf(stateOf(present));
        const expected = [...modelOf(stateOf(wanted))].filter(([path, text]) => {
          return wanted.size > 0 && known.get(path) !== text;
        });
        const difference = stateOf(differenceOf(wanted, present));
        const actual = Object.keys(difference).length === 0 ? [] : [...modelOf(difference)];
        assert.deepEqual(actual.sort(), expected.sort());
      }),
    );
  });

  it("has metadata of the same shape", () => {
    fc.assert(
      fc.property(changes, (list) => {
        const section = applied(list);
        const strip = (value: Json): Json => {
          if (Array.isArray(value)) return value.map(strip);
          if (!isObject(value)) return 0;
          return Object.fromEntries(Object.entries(value).map(([n, each]) => [n, strip(each)]));
        };
        const stamped = (value: Json): Json => {
          if (Array.isArray(value)) return value.map(stamped);
          if (isObject(value) && value.timestamp === at) return 0;
          if (!isObject(value)) return value;
          return Object.fromEntries(Object.entries(value).map(([n, each]) => [n, stamped(each)]));
        };
        assert.ok(equals(stamped(metadataOf(section)), strip(stateOf(section))));
      }),
    );
  });
});
