/**
 * AWS IoT policies: the documents attached in AWS, evaluated in the same way. Pure.
 *
 * An explicit Deny wins; anything that no statement allows is denied. `*` and `?` are wildcards and
 * match across slashes; MQTT's `+` and `#` are ordinary characters. The evaluator refuses documents
 * with unsupported elements: if it ignored a Condition, the policy would be wider than the one in
 * AWS.
 */

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Id?: string;
  readonly Statement: readonly PolicyStatement[];
}

/** The actions that a broker checks. */
export type PolicyAction =
  | "iot:Connect"
  | "iot:Publish"
  | "iot:Subscribe"
  | "iot:Receive"
  | "iot:RetainPublish";

export type Decision = "allowed" | "explicitly-denied" | "not-allowed";

/** Whether the connection of these policies may perform `action` on the ARN `resource`. */
export type Authorize = (action: PolicyAction, resource: string) => Decision;

/** The connected client, as policy variables describe it. */
export interface PolicyContext {
  readonly clientId: string;
  /** the thing the certificate is attached to */
  readonly thingName: string | undefined;
}

/** A document that its author must change. `message` names the place and the fix. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

const knownActions = new Set<string>([
  ...["Connect", "Publish", "Subscribe", "Receive", "RetainPublish"],
  ...["GetRetainedMessage", "ListRetainedMessages"],
  ...["GetThingShadow", "UpdateThingShadow", "DeleteThingShadow", "ListNamedShadowsForThing"],
  ...["DescribeJobExecution", "GetPendingJobExecutions", "StartNextPendingJobExecution"],
  ...["UpdateJobExecution", "AssumeRoleWithCertificate"],
]);
const variablePattern = /\$\{([^}]*)\}/g;

/**
 * Reads a policy document.
 * @throws PolicyError for anything malformed, unknown or not supported here
 */
export function parsePolicy(document: unknown): PolicyDocument {
  const policy = membersOf(document, "the policy", ["Version", "Id", "Statement"]);
  const { Version, Statement } = policy;
  if (Version !== "2012-10-17") {
    throw new PolicyError(
      'Version must be "2012-10-17": earlier ones do not support policy variables',
    );
  }
  if (Statement === undefined) throw new PolicyError("Statement is missing");
  const statements: unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  return {
    Version: "2012-10-17",
    Statement: statements.map((statement, index) => parseStatement(statement, index)),
  };
}

function parseStatement(document: unknown, index: number): PolicyStatement {
  const where = `Statement[${index}]`;
  const statement = membersOf(document, where, ["Sid", "Effect", "Action", "Resource"]);
  const { Effect, Action, Resource } = statement;
  if (Effect !== "Allow" && Effect !== "Deny") {
    throw new PolicyError(`${where}.Effect must be "Allow" or "Deny"`);
  }
  const actions = stringsOf(Action, `${where}.Action`);
  for (const action of actions) checkAction(action, where);
  const resources = stringsOf(Resource, `${where}.Resource`);
  for (const resource of resources) checkResource(resource, where);
  return { Effect, Action: actions, Resource: resources };
}

function membersOf(
  value: unknown,
  where: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PolicyError(`${where} must be an object`);
  }
  for (const member of Object.keys(value)) {
    if (known.includes(member)) continue;
    throw new PolicyError(`${where} has ${member}, which the stand-in does not support`);
  }
  return { ...value };
}

function stringsOf(value: unknown, where: string): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const strings = list.filter((item) => typeof item === "string");
  if (strings.length === 0 || strings.length < list.length) {
    throw new PolicyError(`${where} must be a string or a list of strings`);
  }
  return strings;
}

function checkAction(action: string, where: string): void {
  if (action === "*") return;
  const name = /^iot:([A-Za-z*?]+)$/.exec(action)?.[1];
  const known = name !== undefined && (/[*?]/.test(name) || knownActions.has(name));
  if (!known)
    throw new PolicyError(`${where}.Action has ${action}, which is not an AWS IoT action`);
}

function checkResource(resource: string, where: string): void {
  if (resource !== "*" && !/^arn:[^:]+:iot:[^:]*:[^:]*:.+$/.test(resource)) {
    throw new PolicyError(`${where}.Resource has ${resource}: expected an AWS IoT ARN or "*"`);
  }
  const anyone: PolicyContext = { clientId: "", thingName: undefined };
  for (const [, name = ""] of resource.matchAll(variablePattern)) {
    if (!variablesOf(anyone).has(name)) {
      throw new PolicyError(
        `${where}.Resource has \${${name}}, which the stand-in does not support`,
      );
    }
  }
}

/**
 * AWS takes the thing name from the client id, and sets the variable only if the certificate is
 * attached to the thing of that name. `${*}`, `${?}` and `${$}` are the literal characters.
 */
function variablesOf(context: PolicyContext): Variables {
  const attached = context.thingName !== undefined && context.thingName === context.clientId;
  return new Map([
    ["iot:ClientId", context.clientId],
    ["iot:Connection.Thing.ThingName", attached ? context.thingName : undefined],
    ["iot:Connection.Thing.IsAttached", String(attached)],
    ["*", "*"],
    ["?", "?"],
    ["$", "$"],
  ]);
}

/** A known variable without a value is present, with `undefined`. */
type Variables = ReadonlyMap<string, string | undefined>;

interface BoundStatement {
  readonly deny: boolean;
  readonly actions: readonly RegExp[];
  readonly resources: readonly RegExp[];
}

/** Substitutes the variables once per connection, so that every later decision is cheap. */
export function bindPolicies(
  documents: readonly PolicyDocument[],
  context: PolicyContext,
): Authorize {
  const variables = variablesOf(context);
  const statements: BoundStatement[] = documents
    .flatMap((document) => document.Statement)
    .map(({ Effect, Action, Resource }) => ({
      deny: Effect === "Deny",
      actions: listOf(Action).flatMap((action) => wildcard(action, new Map()) ?? []),
      resources: listOf(Resource).flatMap((resource) => wildcard(resource, variables) ?? []),
    }));
  return (action, resource) => {
    let decision: Decision = "not-allowed";
    for (const { deny, actions, resources } of statements) {
      if (!actions.some((pattern) => pattern.test(action))) continue;
      if (!resources.some((pattern) => pattern.test(resource))) continue;
      if (deny) return "explicitly-denied";
      decision = "allowed";
    }
    return decision;
  };
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

/**
 * The pattern as a regular expression; undefined if a variable in it has no value, because it then
 * matches nothing. A variable's value is literal: a client called `*` is not a wildcard.
 */
function wildcard(pattern: string, variables: Variables): RegExp | undefined {
  let source = "";
  let end = 0;
  for (const match of pattern.matchAll(variablePattern)) {
    const value = variables.get(match[1] ?? "");
    if (value === undefined) return undefined;
    source += globSource(pattern.slice(end, match.index)) + escapeRegExp(value);
    end = match.index + match[0].length;
  }
  return new RegExp(`^${source}${globSource(pattern.slice(end))}$`, "su");
}

function globSource(text: string): string {
  return text.replace(/\*+|\?|[^*?]+/g, (part) => {
    if (part.startsWith("*")) return ".*";
    return part === "?" ? "." : escapeRegExp(part);
  });
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
