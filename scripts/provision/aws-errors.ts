import { printable } from "../../host-sim/printable.ts";
import { UserError } from "../command-line/user-error.ts";
import { AccountError, OutcomeUnknown } from "./control-plane.ts";

/** What is read of whatever the SDK throws. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  /** a system error's: `ENOTFOUND` */
  readonly code: string | undefined;
  readonly httpStatus: number | undefined;
}

/** AWS's name of an error (`ResourceNotFoundException`), or the error's own. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/**
 * What the SDK threw, in one line: what happened and what to do next.
 * @param action `iot:CreateThing`
 * @param where the endpoint that was asked for, or words for it
 */
export function explain(error: unknown, action: string, where: string): UserError {
  if (error instanceof UserError) return error;
  const seen = read(error);
  const account = accountProblem(seen, where);
  if (account !== undefined) return new AccountError(account, { cause: error });
  if (seen.name === "AccessDeniedException" || seen.name === "ForbiddenException") {
    return new UserError(
      `AWS does not allow these credentials ${action}: docs/aws.md lists the permissions that provisioning needs`,
      { cause: error },
    );
  }
  if (isThrottled(error)) {
    return new UserError(
      `AWS had too many requests (${action}): run the same command again in a minute, it goes on where it stopped`,
      { cause: error },
    );
  }
  if (seen.name === "LimitExceededException") {
    return new UserError(
      `a quota of this AWS account is used up (${action}: ${seen.message}): delete what is not needed, or ask AWS to raise it`,
      { cause: error },
    );
  }
  const words = `${action} failed (${seen.name}: ${seen.message}): run the same command again, it goes on where it stopped`;
  return isUncertain(seen)
    ? new OutcomeUnknown(words, { cause: error })
    : new UserError(words, { cause: error });
}

/** It was turned away before it could take effect. */
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
    return "AWS does not know these credentials: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, or the profile's; a session token belongs to one access key";
  }
  if (
    /^(SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|RequestTimeTooSkewed)/.test(name)
  ) {
    return "AWS does not take the signature: check AWS_SECRET_ACCESS_KEY, and this computer's clock";
  }
  if (/region is missing/i.test(message)) {
    return "no AWS region: name one with --region (eu-central-1), or set AWS_REGION";
  }
  if (/profile .* (could not be|not) found|Could not resolve .* profile/i.test(message)) {
    return `no such AWS profile (${message}): "aws configure list-profiles" shows those there are`;
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `${where} cannot be found (${code}): check --region or --endpoint-url, and this computer's network`;
  }
  if (code === "ECONNREFUSED" || code === "EHOSTUNREACH" || code === "ENETUNREACH") {
    return `nobody answers at ${where} (${code}): check --endpoint-url, and this computer's network`;
  }
  if (name === "SyntaxError" || /Deserialization error|invalid json/i.test(message)) {
    return `${where} does not answer as AWS IoT does: check --endpoint-url`;
  }
  return undefined;
}

/** Neither a refusal nor a success: it may have been done. */
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
