import { printable } from "../../host-sim/printable.ts";
import { UserError } from "../command-line/user-error.ts";
import { AccountError, OutcomeUnknown } from "./control-plane.ts";

/** The members of an SDK error that are read here. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  /** of a system error: `ENOTFOUND` */
  readonly code: string | undefined;
  readonly httpStatus: number | undefined;
}

/** AWS's name of an error (`ResourceNotFoundException`), or JavaScript's. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** Returns undefined instead of throwing AWS's exception of that name. */
export async function unless<T>(name: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (nameOf(error) === name) return undefined;
    throw error;
  }
}

/**
 * Turns an SDK error into one line: what happened and what to do next.
 * @param action `iot:CreateThing`
 * @param where the endpoint, or a description of it
 */
export function explain(error: unknown, action: string, where: string): UserError {
  if (error instanceof UserError) return error;
  const seen = read(error);
  const account = accountProblem(seen, where);
  if (account !== undefined) return new AccountError(account, { cause: error });
  // S3 says "AccessDenied".
  if (/^(AccessDenied(Exception)?|ForbiddenException)$/.test(seen.name)) {
    return new UserError(
      `AWS does not allow ${action} with these credentials: add the permissions that docs/aws.md lists`,
      { cause: error },
    );
  }
  if (isThrottled(error)) {
    return new UserError(
      `AWS throttled the requests (${action}): run the same command again in a minute; it continues where it stopped`,
      { cause: error },
    );
  }
  if (seen.name === "LimitExceededException") {
    return new UserError(
      `a quota of this AWS account is used up (${action}: ${seen.message}): delete resources, or ask AWS to raise the quota`,
      { cause: error },
    );
  }
  const words = `${action} failed (${seen.name}: ${seen.message}): run the same command again; it continues where it stopped`;
  return isUncertain(seen)
    ? new OutcomeUnknown(words, { cause: error })
    : new UserError(words, { cause: error });
}

/** Whether AWS throttled the call, so that it had no effect. */
export function isThrottled(error: unknown): boolean {
  const { name, httpStatus } = read(error);
  return httpStatus === 429 || /^(Throttl|TooManyRequests|RequestLimitExceeded)/.test(name);
}

function accountProblem({ name, message, code }: SdkError, where: string): string | undefined {
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) {
    return /expired/i.test(message)
      ? "the AWS session has expired: sign in again (aws sso login), then run the same command"
      : `no AWS credentials (${message}): set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with --profile, or run "aws configure"`;
  }
  if (/^(ExpiredToken|TokenExpired|RequestExpired)/.test(name)) {
    return "the AWS session has expired: sign in again (aws sso login, or new temporary credentials), then run the same command";
  }
  if (/^(UnrecognizedClient|InvalidClientTokenId|InvalidAccessKey|AuthFailure)/.test(name)) {
    return "AWS does not know these credentials: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, or the profile; a session token belongs to one access key";
  }
  if (
    /^(SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|RequestTimeTooSkewed)/.test(name)
  ) {
    return "AWS rejected the request's signature: check AWS_SECRET_ACCESS_KEY and this computer's clock";
  }
  if (/region is missing/i.test(message)) {
    return "no AWS region: name one with --region (eu-central-1), or set AWS_REGION";
  }
  if (/profile .* (could not be|not) found|Could not resolve .* profile/i.test(message)) {
    return `no such AWS profile (${message}): "aws configure list-profiles" lists the profiles`;
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `DNS did not find ${where} (${code}): check --region or --endpoint-url, and this computer's network`;
  }
  if (code === "ECONNREFUSED" || code === "EHOSTUNREACH" || code === "ENETUNREACH") {
    return `cannot connect to ${where} (${code}): check --endpoint-url, and this computer's network`;
  }
  if (name === "SyntaxError" || /Deserialization error|invalid json/i.test(message)) {
    return `the answer from ${where} is not AWS IoT's: check --endpoint-url`;
  }
  return undefined;
}

/** Whether the call may have taken effect although it failed. */
function isUncertain({ httpStatus }: SdkError): boolean {
  return httpStatus === undefined || httpStatus >= 500 || httpStatus < 400;
}

function read(error: unknown): SdkError {
  const { name, message, code, $metadata } = Object(error) as Partial<Record<string, unknown>>;
  const { httpStatusCode } = Object($metadata) as Partial<Record<string, unknown>>;
  return {
    name: printable(typeof name === "string" ? name : "error").slice(0, 60),
    message: printable(typeof message === "string" ? message : String(error))
      .replaceAll(/\s+/g, " ")
      .slice(0, 200),
    code: typeof code === "string" ? code : undefined,
    httpStatus: typeof httpStatusCode === "number" ? httpStatusCode : undefined,
  };
}
