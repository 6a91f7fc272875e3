import assert from "node:assert/strict";
import { gateTopicsOf, topicsOf } from "../../device/messages/topics.ts";
import {
  type Authorize,
  bindPolicies,
  type PolicyAction,
  type PolicyContext,
  parsePolicy,
} from "./policy.ts";
import {
  boxGatesPolicy,
  boxLogPolicy,
  boxPolicies,
  boxPolicy,
  boxShadowPolicy,
  boxUpdatePolicy,
  iotArn,
  isRegion,
  servicePolicy,
  updaterPolicy,
} from "./policy-documents.ts";
import { shadowRootOf } from "./shadow-service.ts";
import { answerPaths, requestPaths, type UpdateTopics, updateRootOf } from "./update-topics.ts";

const account = { region: "eu-central-1", account: "123456789012" };
const scope = { ...account, prefix: "gate" };
const actions: readonly PolicyAction[] = [
  ...(["iot:Connect", "iot:Publish", "iot:Subscribe", "iot:Receive", "iot:RetainPublish"] as const),
];
const topics = ["lot-1", "lot-2"].flatMap((thing) => Object.values(topicsOf("gate", thing)));
const gateTopics = Object.values(gateTopicsOf("gate", "lot-1", "inner"));
/** Below `$aws/things/<thing>` or `gate/<thing>/update`: topics, filters, and what lies around. */
const updateResources = (["aws", "topics"] as const).flatMap((way) =>
  ["lot-1", "lot-2", "lot-10", "lot", "+"].flatMap((thing) => {
    const root = updateRootOf({ topics: way, prefix: "gate" }, thing);
    const cbor = ["get", "describe", "data", "description", "rejected"];
    const paths = [
      ...[...requestPaths, ...answerPaths, "jobs/+/notify", "shadow/update"],
      ...cbor.map((kind) => `streams/+/${kind}/cbor`),
    ];
    const filters = [...paths, "#", "jobs/#", "streams/#", "jobs/+", "+/notify-next"];
    return [
      ...paths.map((path) => `topic/${root}/${path.replaceAll("+", "x")}`),
      ...filters.map((filter) => `topicfilter/${root}/${filter}`),
    ];
  }),
);
/** The classic shadow of two things, a named one, and what lies around. */
const shadowResources = ["lot-1", "lot-2", "lot-10", "+"].flatMap((thing) => {
  const root = shadowRootOf(thing);
  const paths = ["get", "update", "delete"].flatMap((operation) => [
    operation,
    ...["accepted", "rejected", "delta", "documents", "+"].map((end) => `${operation}/${end}`),
  ]);
  const filters = [...paths, "#", "+/accepted", "name/other/update/accepted"];
  return [
    ...[...paths, "name/other/update"].map((path) => `topic/${root}/${path.replace("+", "x")}`),
    ...filters.map((filter) => `topicfilter/${root}/${filter}`),
  ];
});
/** Possible requests: every topic of two boxes, wildcards, other prefixes, AWS's own. */
const resources = [
  ...["lot-1", "lot-2", "web", "web-1", "we", "*", "+"].map((id) => `client/${id}`),
  ...["topic", "topicfilter"].flatMap((kind) =>
    [
      ...topics,
      ...gateTopics,
      ...["gate/+/+/command", "gate/+/+/event", "gate/lot-1/+/event", "other/lot-1/inner/event"],
      ...["#", "+", "gate/#", "gate/+/command", "gate/+/event", "gate/+/status", "gate/lot-1"],
      ...["other/lot-1/command", "gate/lot-1/command/x", "$aws/things/lot-1/shadow/update"],
    ].map((topic) => `${kind}/${topic}`),
  ),
  ...updateResources,
  ...shadowResources,
];

/** All allowed requests among the possible ones. */
function allowed(authorize: Authorize): string[] {
  return actions.flatMap((action) =>
    resources
      .filter((resource) => authorize(action, iotArn(account, resource)) === "allowed")
      .map((resource) => `${action} ${resource}`),
  );
}

describe("boxPolicy", () => {
  const needed = [
    "iot:Connect client/lot-1",
    "iot:Publish topic/gate/lot-1/event",
    "iot:Publish topic/gate/lot-1/status",
    "iot:Subscribe topicfilter/gate/lot-1/command",
    "iot:Receive topic/gate/lot-1/command",
    "iot:RetainPublish topic/gate/lot-1/status",
  ];
  const bound = (context: PolicyContext, thingName?: string) =>
    bindPolicies([parsePolicy(boxPolicy({ ...scope, ...(thingName && { thingName }) }))], context);

  it("allows exactly what a box needs, whether it names the box or uses a policy variable", () => {
    const context = { clientId: "lot-1", thingName: "lot-1" };
    assert.deepEqual(allowed(bound(context)), needed);
    assert.deepEqual(allowed(bound(context, "lot-1")), needed);
  });

  it("allows nothing to a certificate of another thing, or without a thing", () => {
    assert.deepEqual(allowed(bound({ clientId: "lot-1", thingName: "lot-2" })), []);
    assert.deepEqual(allowed(bound({ clientId: "lot-2", thingName: "lot-1" })), []);
    assert.deepEqual(allowed(bound({ clientId: "lot-1", thingName: undefined })), []);
  });

  it("has no wildcard", () => {
    assert.doesNotMatch(JSON.stringify(boxPolicy(scope)), /[*?]/);
  });

  it("refuses words that would change what it means", () => {
    const wrong = [
      { ...scope, thingName: "*" },
      { ...scope, thingName: "" },
      { ...scope, prefix: "*" },
      { ...scope, prefix: "gate/#" },
      { ...scope, region: "*" },
      { ...scope, account: "*" },
    ];
    for (const words of wrong) assert.throws(() => boxPolicy(words), RangeError);
  });
});

describe("boxPolicies", () => {
  const context = { clientId: "lot-1", thingName: "lot-1" };
  const bound = (updates: "off" | UpdateTopics, who: PolicyContext = context) =>
    bindPolicies(boxPolicies({ ...scope, updates }).map(parsePolicy), who);

  it("are the box's policy alone while it takes no updates", () => {
    assert.deepEqual(boxPolicies(scope), [boxPolicy(scope)]);
    assert.deepEqual(boxPolicies({ ...scope, updates: "off" }), [boxPolicy(scope)]);
  });

  for (const [way, root] of [
    ["aws", "$aws/things/lot-1"],
    ["topics", "gate/lot-1/update"],
  ] as const) {
    const needed = [
      `iot:Publish topic/${root}/jobs/start-next`,
      `iot:Publish topic/${root}/jobs/x/update`,
      `iot:Publish topic/${root}/streams/x/get/cbor`,
      `iot:Receive topic/${root}/jobs/notify-next`,
      `iot:Receive topic/${root}/jobs/start-next/x`,
      `iot:Receive topic/${root}/jobs/x/update/x`,
      `iot:Receive topic/${root}/streams/x/data/cbor`,
      `iot:Receive topic/${root}/streams/x/rejected/cbor`,
      `iot:Subscribe topicfilter/${root}/jobs/notify-next`,
      `iot:Subscribe topicfilter/${root}/jobs/start-next/+`,
      `iot:Subscribe topicfilter/${root}/jobs/+/update/+`,
      `iot:Subscribe topicfilter/${root}/streams/+/data/cbor`,
      `iot:Subscribe topicfilter/${root}/streams/+/rejected/cbor`,
    ];
    const added = (authorize: Authorize) => {
      const before = new Set(allowed(bound("off")));
      return allowed(authorize)
        .filter((each) => !before.has(each))
        .sort();
    };

    it(`allow a box's own jobs and streams on the topics of "${way}", and nothing else`, () => {
      assert.deepEqual(added(bound(way)), needed.sort());
      const named = boxUpdatePolicy({ ...scope, topics: way, thingName: "lot-1" });
      assert.deepEqual(added(bindPolicies([parsePolicy(named)], context)), needed.sort());
    });

    it(`allow nothing to another thing's certificate, on the topics of "${way}"`, () => {
      assert.deepEqual(allowed(bound(way, { clientId: "lot-1", thingName: "lot-2" })), []);
    });
  }

  it("fit into AWS's 2,048 characters each, in every region", () => {
    for (const region of ["eu-central-1", "ap-southeast-2", "us-gov-west-1", "eusc-de-east-1"]) {
      const partition = region.startsWith("us-gov") ? "aws-us-gov" : "aws";
      const place = { ...account, region, partition, prefix: "x".repeat(64) };
      for (const policy of boxPolicies({ ...place, updates: "aws" })) {
        const { length } = JSON.stringify(policy);
        assert.ok(length <= 2048, `${region}: ${length}`);
      }
    }
  });

  it("refuse words that would change what they mean", () => {
    for (const words of [{ thingName: "*" }, { prefix: "*" }, { region: "*" }, { account: "*" }]) {
      assert.throws(() => boxUpdatePolicy({ ...scope, topics: "aws", ...words }), RangeError);
    }
  });
});

describe("boxLogPolicy", () => {
  const allowedTo = (who: PolicyContext, thingName?: string) =>
    allowed(
      bindPolicies([parsePolicy(boxLogPolicy({ ...scope, ...(thingName && { thingName }) }))], who),
    );

  it("allows a box to publish its own log, and nothing else", () => {
    const box = { clientId: "lot-1", thingName: "lot-1" };
    assert.deepEqual(allowedTo(box), ["iot:Publish topic/gate/lot-1/log"]);
    assert.deepEqual(allowedTo(box, "lot-1"), ["iot:Publish topic/gate/lot-1/log"]);
    assert.deepEqual(allowedTo({ clientId: "lot-1", thingName: undefined }), []);
    assert.deepEqual(boxPolicies({ ...scope, log: true }), [boxPolicy(scope), boxLogPolicy(scope)]);
  });

  it("has no wildcard, and refuses words that would change what it means", () => {
    assert.doesNotMatch(JSON.stringify(boxLogPolicy(scope)), /[*?]/);
    for (const words of [{ thingName: "*" }, { region: "*" }, { prefix: "*" }]) {
      assert.throws(() => boxLogPolicy({ ...scope, ...words }), RangeError);
    }
  });
});

describe("boxGatesPolicy", () => {
  const needed = [
    "iot:Publish topic/gate/lot-1/inner/event",
    "iot:Publish topic/gate/lot-1/out/event",
    "iot:Subscribe topicfilter/gate/lot-1/+/command",
    "iot:Receive topic/gate/lot-1/inner/command",
    "iot:Receive topic/gate/lot-1/out/command",
  ];
  const gateResources = ["lot-1", "lot-2"].flatMap((thing) => [
    ...["out", "+", "#", "*"].flatMap((gate) => [
      `topic/gate/${thing}/${gate}/command`,
      `topic/gate/${thing}/${gate}/event`,
      `topicfilter/gate/${thing}/${gate}/command`,
      `topicfilter/gate/${thing}/${gate}/event`,
    ]),
    `topic/gate/${thing}/out/status`,
    `topic/gate/${thing}/command`,
    `topicfilter/gate/${thing}/#`,
  ]);
  const allowedTo = (who: PolicyContext, thingName?: string) => {
    const policy = boxGatesPolicy({ ...scope, ...(thingName && { thingName }) });
    const authorize = bindPolicies([parsePolicy(policy)], who);
    return actions.flatMap((action) =>
      [...resources, ...gateResources]
        .filter((resource) => authorize(action, iotArn(account, resource)) === "allowed")
        // In a topic, these are ordinary characters, which AWS refuses.
        .filter((resource) => !/^topic\/.*[+#*]/.test(resource))
        .map((resource) => `${action} ${resource}`),
    );
  };

  it("allows a box to hear and report on its own gates, and nothing else", () => {
    const box = { clientId: "lot-1", thingName: "lot-1" };
    assert.deepEqual(allowedTo(box), needed);
    assert.deepEqual(allowedTo(box, "lot-1"), needed);
    assert.deepEqual(allowedTo({ clientId: "lot-1", thingName: undefined }), []);
    assert.deepEqual(boxPolicies({ ...scope, gates: true }), [
      boxPolicy(scope),
      boxGatesPolicy(scope),
    ]);
  });

  it("has no wildcard in a client id or another box's name, and refuses words that add one", () => {
    for (const words of [{ thingName: "*" }, { region: "*" }, { prefix: "*" }]) {
      assert.throws(() => boxGatesPolicy({ ...scope, ...words }), RangeError);
    }
  });
});

describe("boxShadowPolicy", () => {
  const context = { clientId: "lot-1", thingName: "lot-1" };
  const root = shadowRootOf("lot-1");
  const needed = [
    `iot:Publish topic/${root}/get`,
    `iot:Publish topic/${root}/update`,
    `iot:Receive topic/${root}/get/accepted`,
    `iot:Receive topic/${root}/get/rejected`,
    `iot:Receive topic/${root}/update/accepted`,
    `iot:Receive topic/${root}/update/delta`,
    `iot:Receive topic/${root}/update/rejected`,
    `iot:Subscribe topicfilter/${root}/get/+`,
    `iot:Subscribe topicfilter/${root}/update/+`,
  ];
  const allowedBy = (thingName: string | undefined, who: PolicyContext) => {
    const policy = boxShadowPolicy({ ...scope, ...(thingName && { thingName }) });
    return [...new Set(allowed(bindPolicies([parsePolicy(policy)], who)))].sort();
  };

  it("allows a box to read and update its own shadow, and nothing else", () => {
    assert.deepEqual(allowedBy(undefined, context), needed);
    assert.deepEqual(allowedBy("lot-1", context), needed);
    assert.deepEqual(boxPolicies({ ...scope, shadow: true }), [
      boxPolicy(scope),
      boxShadowPolicy(scope),
    ]);
  });

  it("allows nothing to a certificate of another thing, or without a thing", () => {
    assert.deepEqual(allowedBy(undefined, { clientId: "lot-1", thingName: "lot-2" }), []);
    assert.deepEqual(allowedBy(undefined, { clientId: "lot-1", thingName: undefined }), []);
  });

  it("has no wildcard, and fits into AWS's 2,048 characters", () => {
    const text = JSON.stringify(boxShadowPolicy({ ...scope, region: "ap-southeast-2" }));
    assert.doesNotMatch(text, /[*?]/);
    assert.ok(text.length <= 2048, String(text.length));
  });

  it("refuses words that would change what it means", () => {
    for (const words of [{ thingName: "*" }, { region: "*" }, { account: "*" }]) {
      assert.throws(() => boxShadowPolicy({ ...scope, ...words }), RangeError);
    }
  });
});

describe("updaterPolicy", () => {
  const policy = parsePolicy(updaterPolicy({ ...scope, clientIdPrefix: "service-update-" }));
  const context = { clientId: "service-update-1", thingName: undefined };

  it("allows only to hear boxes' requests about updates and to answer them", () => {
    const authorize = bindPolicies([policy], context);
    const granted = allowed(authorize);
    const root = "gate/lot-1/update";
    for (const each of [
      `iot:Receive topic/${root}/jobs/x/update`,
      `iot:Publish topic/${root}/jobs/x/update/x`,
      `iot:Publish topic/${root}/jobs/notify-next`,
      "iot:Subscribe topicfilter/gate/+/update/streams/+/get/+",
    ]) {
      assert.ok(granted.includes(each), each);
    }
    for (const each of granted) {
      assert.match(each, /^iot:(Publish|Receive|Subscribe) topic(filter)?\/gate\/[^/]+\/update\//);
    }
    assert.equal(authorize("iot:Connect", iotArn(account, "client/service-update-1")), "allowed");
    const command = iotArn(account, "topic/gate/lot-1/command");
    assert.equal(authorize("iot:Publish", command), "not-allowed");
  });

  it("refuses words that would change what it means", () => {
    assert.throws(() => updaterPolicy({ ...scope, clientIdPrefix: "*" }), RangeError);
    assert.throws(() => updaterPolicy({ ...scope, prefix: "*", clientIdPrefix: "u" }), RangeError);
  });
});

describe("servicePolicy", () => {
  const policy = servicePolicy({ ...scope, clientIdPrefix: "web" });
  const authorize = bindPolicies([parsePolicy(policy)], {
    clientId: "web-1",
    thingName: undefined,
  });

  it("allows only commands to every gate of every box, and their reports, with its own client ids", () => {
    assert.deepEqual(allowed(authorize), [
      "iot:Connect client/web",
      "iot:Connect client/web-1",
      "iot:Publish topic/gate/lot-1/command",
      "iot:Publish topic/gate/lot-2/command",
      "iot:Publish topic/gate/lot-1/inner/command",
      "iot:Publish topic/gate/+/+/command",
      "iot:Publish topic/gate/+/command",
      "iot:Subscribe topicfilter/gate/lot-1/status",
      "iot:Subscribe topicfilter/gate/lot-2/status",
      "iot:Subscribe topicfilter/gate/+/+/event",
      "iot:Subscribe topicfilter/gate/+/event",
      "iot:Subscribe topicfilter/gate/+/status",
      "iot:Receive topic/gate/lot-1/event",
      "iot:Receive topic/gate/lot-1/status",
      "iot:Receive topic/gate/lot-2/event",
      "iot:Receive topic/gate/lot-2/status",
      "iot:Receive topic/gate/lot-1/inner/event",
      "iot:Receive topic/gate/+/+/event",
      "iot:Receive topic/gate/lot-1/+/event",
      "iot:Receive topic/gate/+/event",
      "iot:Receive topic/gate/+/status",
    ]);
  });

  it("denies retaining even if another policy allows it", () => {
    const generous = parsePolicy({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "iot:*", Resource: "*" },
    });
    const both = bindPolicies([generous, policy], { clientId: "web-1", thingName: undefined });
    const command = iotArn(account, "topic/gate/lot-1/command");
    assert.equal(both("iot:Publish", command), "allowed");
    assert.equal(both("iot:RetainPublish", command), "explicitly-denied");
  });

  it("refuses words that would change what it means", () => {
    for (const clientIdPrefix of ["", "*", "web?", "web/1", "x".repeat(65), `\${iot:ClientId}`]) {
      assert.throws(() => servicePolicy({ ...scope, clientIdPrefix }), RangeError);
    }
    assert.throws(
      () => servicePolicy({ ...scope, clientIdPrefix: "web", prefix: "*" }),
      RangeError,
    );
  });
});

describe("iotArn", () => {
  it("accepts only AWS's regions and accounts", () => {
    const govCloud = { region: "us-gov-west-1", account: "000000000000" };
    assert.equal(iotArn(govCloud, "client/a"), "arn:aws:iot:us-gov-west-1:000000000000:client/a");
    const china = { ...account, region: "cn-north-1", partition: "aws-cn" };
    assert.equal(iotArn(china, "client/a"), "arn:aws-cn:iot:cn-north-1:123456789012:client/a");
    for (const partition of ["", "*", "aws:", "gcp"]) {
      assert.throws(() => iotArn({ ...account, partition }, "client/a"), /not a partition/);
    }
    for (const region of ["eusc-de-east-1", "us-gov-west-1", "mx-central-1", "us-isob-east-1"]) {
      assert.ok(isRegion(region), region);
    }
    for (const region of ["", "eu", "EU-central-1", "eu-central-", "eu-central-1:", "*"]) {
      assert.throws(() => iotArn({ ...account, region }, "client/a"), /not an AWS region/);
    }
    for (const wrong of ["", "12345678901", "1234567890123", "12345678901x", "*"]) {
      assert.throws(() => iotArn({ ...account, account: wrong }, "client/a"), /not an AWS account/);
    }
  });
});
