import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { AwsControlPlane } from "./aws.ts";
import { explain } from "./aws-errors.ts";
import { AccountError, OutcomeUnknown } from "./control-plane.ts";

const region = "eu-central-1";

describe("an error from AWS or its SDK", () => {
  const environment = { ...process.env };
  let server: Server | undefined;

  beforeEach(() => {
    for (const name of Object.keys(process.env))
      if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, {
      // Nothing on this machine provides credentials.
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/none/config",
      AWS_SHARED_CREDENTIALS_FILE: "/none/credentials",
    });
  });
  afterEach(async () => {
    process.env = { ...environment };
    await new Promise((resolve) => (server === undefined ? resolve(0) : server.close(resolve)));
    server = undefined;
  });

  const withKeys = () =>
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });

  /** An endpoint that answers every request with one error or body. */
  async function answering(status: number, type: string, body = "{}"): Promise<string> {
    server = createServer((_, response) => {
      response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type });
      response.end(body);
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }

  async function refusal(endpointUrl?: string): Promise<Error> {
    const cloud = await AwsControlPlane.open({
      region,
      ...(endpointUrl === undefined ? {} : { endpointUrl }),
      sleep: async () => {},
    });
    const error = await cloud.describeThing("lot-1").then(
      () => assert.fail("the call succeeded"),
      (reason: Error) => reason,
    );
    assert.doesNotMatch(error.message, /\n/);
    return error;
  }

  it("says how to name a region when none is set", async () => {
    withKeys();
    await assert.rejects(AwsControlPlane.open({}), {
      name: "AccountError",
      message: "no AWS region: name one with --region (eu-central-1), or set AWS_REGION",
    });
  });

  it("says how to provide credentials when there are none", async () => {
    const error = await refusal("http://127.0.0.1:9");
    assert.equal(error.name, "AccountError");
    assert.match(error.message, /^no AWS credentials .*AWS_PROFILE.*"aws configure"$/);
  });

  it("reports an endpoint that does not answer, and one that is not AWS IoT", async () => {
    withKeys();
    assert.match(
      (await refusal("http://127.0.0.1:9")).message,
      /^cannot connect to .*127\.0\.0\.1:9.*ECONNREFUSED.*--endpoint-url/,
    );
    const html = await answering(200, "", "<html>welcome</html>");
    assert.match((await refusal(html)).message, /is not AWS IoT's: check --endpoint-url/);
  });

  for (const [type, status, words] of [
    ["ExpiredTokenException", 403, /session has expired: sign in again/],
    ["UnrecognizedClientException", 403, /does not know these credentials/],
    ["InvalidSignatureException", 403, /check AWS_SECRET_ACCESS_KEY and this computer's clock/],
  ] as const) {
    it(`explains ${type}, which ends the run of a whole fleet`, async () => {
      withKeys();
      const error = await refusal(await answering(status, type));
      assert.ok(error instanceof AccountError);
      assert.match(error.message, words);
    });
  }

  it("names a missing permission", async () => {
    withKeys();
    const error = await refusal(await answering(403, "AccessDeniedException"));
    assert.match(
      error.message,
      /does not allow iot:DescribeThing with these credentials: .*docs\/aws\.md/,
    );
    assert.ok(!(error instanceof AccountError));
  });

  const failure = (name: string, httpStatusCode?: number) =>
    Object.assign(new Error("words\u001b[2J of\nAWS"), { name, $metadata: { httpStatusCode } });

  it("has an unknown outcome only when the call may have taken effect", () => {
    const outcomeOf = (error: unknown) => explain(error, "iot:CreateThing", "AWS");
    assert.ok(outcomeOf(failure("InternalFailureException", 500)) instanceof OutcomeUnknown);
    assert.ok(outcomeOf(failure("TimeoutError")) instanceof OutcomeUnknown);
    for (const error of [
      failure("InvalidRequestException", 400),
      failure("ThrottlingException", 429),
      failure("LimitExceededException", 410),
    ]) {
      assert.ok(!(outcomeOf(error) instanceof OutcomeUnknown), error.name);
    }
  });

  it("is one line without escape sequences, whatever AWS sent", () => {
    const { message } = explain(failure("InvalidRequestException", 400), "iot:CreateThing", "AWS");
    assert.equal(
      message,
      "iot:CreateThing failed (InvalidRequestException: words [2J of AWS): run the same command again; it continues where it stopped",
    );
  });
});
