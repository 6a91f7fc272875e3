import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bindPolicies,
  type PolicyContext,
  type PolicyDocument,
  PolicyError,
  type PolicyStatement,
  parsePolicy,
} from "./policy.ts";

const box: PolicyContext = { clientId: "lot-1", thingName: "lot-1" };
const arn = (resource: string) => `arn:aws:iot:eu-central-1:123456789012:${resource}`;
const allow = (Action: string, Resource: string): PolicyStatement => ({
  Effect: "Allow",
  Action,
  Resource,
});
const deny = (Action: string, Resource: string): PolicyStatement => ({
  Effect: "Deny",
  Action,
  Resource,
});
const documentOf = (...Statement: readonly PolicyStatement[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement,
});
const bind = (...statements: readonly PolicyStatement[]) =>
  bindPolicies([documentOf(...statements)], box);

/** Whether the resource pattern `pattern` matches `resource`. */
function reaches(pattern: string, resource: string, context: PolicyContext = box): boolean {
  const authorize = bindPolicies([documentOf(allow("iot:Publish", pattern))], context);
  return authorize("iot:Publish", resource) === "allowed";
}

describe("a policy's decision", () => {
  it("denies what no statement allows", () => {
    assert.equal(bindPolicies([], box)("iot:Connect", arn("client/lot-1")), "not-allowed");
    const authorize = bind(allow("iot:Publish", arn("topic/a")));
    assert.equal(authorize("iot:Publish", arn("topic/a")), "allowed");
    assert.equal(authorize("iot:Publish", arn("topic/b")), "not-allowed");
    assert.equal(authorize("iot:Publish", arn("topic/a/b")), "not-allowed");
    assert.equal(authorize("iot:Publish", arn("topicfilter/a")), "not-allowed");
    assert.equal(authorize("iot:Receive", arn("topic/a")), "not-allowed");
    assert.equal(authorize("iot:RetainPublish", arn("topic/a")), "not-allowed");
  });

  it("lets an explicit Deny win, before or after the Allow and in whichever document", () => {
    const yes = allow("iot:*", "*");
    const no = deny("iot:Publish", arn("topic/a"));
    for (const documents of [
      [documentOf(yes, no)],
      [documentOf(no, yes)],
      [documentOf(yes), documentOf(no)],
      [documentOf(no), documentOf(yes)],
    ]) {
      const authorize = bindPolicies(documents, box);
      assert.equal(authorize("iot:Publish", arn("topic/a")), "explicitly-denied");
      assert.equal(authorize("iot:Publish", arn("topic/b")), "allowed");
      assert.equal(authorize("iot:Receive", arn("topic/a")), "allowed");
    }
  });

  it("applies every action and resource of a list", () => {
    const [Action, Resource] = [
      ["iot:Publish", "iot:Receive"],
      [arn("topic/a"), arn("topic/b")],
    ];
    const authorize = bindPolicies([documentOf({ Effect: "Allow", Action, Resource })], box);
    assert.equal(authorize("iot:Receive", arn("topic/b")), "allowed");
    assert.equal(authorize("iot:Subscribe", arn("topic/b")), "not-allowed");
  });

  it("supports wildcards in actions", () => {
    for (const action of ["*", "iot:*", "iot:Pub*", "iot:?ublish"]) {
      assert.equal(bind(allow(action, "*"))("iot:Publish", arn("topic/a")), "allowed", action);
    }
    for (const action of ["iot:publish", "iot:Pub", "iot:?Publish", "iot:*Publish?"]) {
      assert.equal(bind(allow(action, "*"))("iot:Publish", arn("topic/a")), "not-allowed", action);
    }
  });

  it("matches slashes with *, one character with ?, and + and # literally", () => {
    assert.ok(reaches("gate/*/command", "gate/a/b/command"));
    assert.ok(reaches("gate/*", "gate/"));
    assert.ok(reaches("gate/?", "gate/😀"));
    assert.ok(!reaches("gate/?", "gate/"));
    assert.ok(!reaches("gate/?", "gate/ab"));
    assert.ok(reaches("gate/+/status", "gate/+/status"));
    assert.ok(!reaches("gate/+/status", "gate/lot-1/status"));
    assert.ok(!reaches("gate/#", "gate/lot-1"));
  });

  const characters = fc.constantFrom("a", "b", "/", ".", "$", "\n", "*", "?");
  const text = fc.string({ unit: characters, maxLength: 8 });

  /** * and ?, one character at a time. */
  function globMatches(pattern: string, candidate: string): boolean {
    if (pattern === "") return candidate === "";
    const rest = pattern.slice(1);
    if (pattern.startsWith("*")) {
      return (
        globMatches(rest, candidate) ||
        (candidate !== "" && globMatches(pattern, candidate.slice(1)))
      );
    }
    const isHead = pattern.startsWith("?") || pattern[0] === candidate[0];
    return candidate !== "" && isHead && globMatches(rest, candidate.slice(1));
  }

  it("matches wildcards like a simple reference matcher", () => {
    fc.assert(
      fc.property(text, text, (pattern, candidate) => {
        assert.equal(reaches(pattern, candidate), globMatches(pattern, candidate));
      }),
      { numRuns: 1_000 },
    );
  });

  const statement: fc.Arbitrary<PolicyStatement> = fc.record({
    Effect: fc.constantFrom("Allow", "Deny"),
    Action: fc.constantFrom("iot:Publish", "iot:Receive", "iot:*"),
    Resource: fc.constantFrom("a", "b", "?", "*", `\${iot:Connection.Thing.ThingName}`),
  });
  const question = fc.record({
    statements: fc.array(statement, { maxLength: 5 }),
    added: statement,
    place: fc.nat(5),
    action: fc.constantFrom("iot:Publish", "iot:Receive"),
    resource: fc.constantFrom("a", "b", "lot-1"),
  });

  it("is never revoked by another Allow, or granted by another Deny", () => {
    fc.assert(
      fc.property(question, ({ statements, added, place, action, resource }) => {
        const before = bind(...statements)(action, resource);
        const after = bind(...statements.toSpliced(place, 0, added))(action, resource);
        if (added.Effect === "Deny") assert.ok(after !== "allowed" || before === "allowed");
        else assert.ok(after === before || after === "allowed");
        if (before === "explicitly-denied") assert.equal(after, before);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("policy variables", () => {
  const thing = `client/\${iot:Connection.Thing.ThingName}`;

  it("stand for the name of the thing the certificate is attached to", () => {
    assert.ok(reaches(thing, "client/lot-1"));
    assert.ok(!reaches(thing, "client/lot-2"));
    assert.ok(!reaches(thing, `client/\${iot:Connection.Thing.ThingName}`));
  });

  it("have no value, and match nothing, unless the client id is that thing's name", () => {
    for (const context of [
      { clientId: "lot-2", thingName: "lot-1" },
      { clientId: "lot-1", thingName: undefined },
      { clientId: "undefined", thingName: undefined },
      { clientId: "", thingName: undefined },
    ]) {
      for (const name of ["", "undefined", "lot-1", "lot-2", thing.slice("client/".length)]) {
        assert.ok(!reaches(thing, `client/${name}`, context));
      }
      assert.ok(reaches(`\${iot:Connection.Thing.IsAttached}`, "false", context));
    }
    assert.ok(reaches(`\${iot:Connection.Thing.IsAttached}`, "true"));
  });

  it("contain the client id, attached or not", () => {
    const context = { clientId: "phone", thingName: undefined };
    assert.ok(reaches(`a/\${iot:ClientId}/b/\${iot:ClientId}`, "a/phone/b/phone", context));
    assert.ok(!reaches(`a/\${iot:ClientId}/b/\${iot:ClientId}`, "a/phone/b/other", context));
  });

  it("are literal: a client called * is not a wildcard", () => {
    for (const clientId of ["*", "?", "a.*", "(a|b)", "[ab]", "\\w", "$&", `\${iot:ClientId}`]) {
      const context = { clientId, thingName: undefined };
      assert.ok(reaches(`client/\${iot:ClientId}`, `client/${clientId}`, context), clientId);
      assert.ok(!reaches(`client/\${iot:ClientId}`, "client/a", context), clientId);
    }
  });

  it("escape wildcard characters", () => {
    assert.ok(reaches(`a\${*}\${?}\${$}`, "a*?$"));
    assert.ok(!reaches(`a\${*}`, "ab"));
    assert.ok(!reaches(`a\${?}`, "ab"));
  });
});

describe("parsePolicy", () => {
  const good = documentOf(allow("iot:Connect", arn("client/lot-1")));

  it("accepts a document like AWS, including Sid and Id", () => {
    assert.deepEqual(
      parsePolicy({
        Version: "2012-10-17",
        Id: "box",
        Statement: [
          { Sid: "connect", Effect: "Allow", Action: "iot:Connect", Resource: arn("client/a") },
          { Effect: "Deny", Action: ["iot:*", "*"], Resource: ["*", arn("topic/a")] },
        ],
      }).Statement,
      [
        { Effect: "Allow", Action: ["iot:Connect"], Resource: [arn("client/a")] },
        { Effect: "Deny", Action: ["iot:*", "*"], Resource: ["*", arn("topic/a")] },
      ],
    );
  });

  it("accepts a single statement", () => {
    assert.equal(parsePolicy({ ...good, Statement: good.Statement[0] }).Statement.length, 1);
  });

  const having = (change: object) => ({
    ...good,
    Statement: [{ ...good.Statement[0], ...change }],
  });
  const refusals: readonly (readonly [string, unknown, RegExp])[] = [
    ["a document that is not an object", "{}", /policy must be an object/],
    ["null", null, /policy must be an object/],
    ["a list", [good], /policy must be an object/],
    ["another version", { ...good, Version: "2008-10-17" }, /Version/],
    ["no statement", { Version: good.Version }, /Statement is missing/],
    ["a statement that is not an object", { ...good, Statement: ["Allow"] }, /Statement\[0\]/],
    ["an unknown member", { ...good, Comment: "" }, /Comment/],
    ["a Condition, which would be a wider policy here", having({ Condition: {} }), /Condition/],
    ["NotAction", having({ NotAction: "iot:Publish" }), /NotAction/],
    ["another effect", having({ Effect: "allow" }), /Effect/],
    ["no action", having({ Action: undefined }), /Action must be a string/],
    ["an empty list of actions", having({ Action: [] }), /Action must be a string/],
    ["an action that is not a string", having({ Action: ["iot:Publish", 1] }), /Action must be/],
    ["a misspelt action", having({ Action: "iot:Pubish" }), /iot:Pubish/],
    ["another service's action", having({ Action: "s3:GetObject" }), /s3:GetObject/],
    ["another service's actions", having({ Action: "s3:*" }), /s3:\*/],
    ["no resource", having({ Resource: [] }), /Resource must be a string/],
    ["a resource that is not an ARN", having({ Resource: "topic/a" }), /expected an AWS IoT ARN/],
    ["another service's ARN", having({ Resource: "arn:aws:s3:::bucket" }), /expected an AWS IoT/],
    ["a bare ARN", having({ Resource: arn("") }), /expected an AWS IoT ARN/],
    [
      "an unknown variable",
      having({ Resource: arn(`topic/\${iot:Certificate.Subject.CommonName}`) }),
      /CommonName/,
    ],
  ];
  for (const [what, document, message] of refusals) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parsePolicy(document),
        (error) => error instanceof PolicyError && message.test(error.message),
      );
    });
  }
});
