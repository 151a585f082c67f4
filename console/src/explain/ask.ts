/**
 * The questions that explanations answer: operations of Watchword's own, and CloudTrail's LookupEvents.
 *
 * They are signed like those of AWS's SDK, by its own code: docs/explaining.md says who may ask.
 */

import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { credentials, forget } from "../session/credentials";
import { seat } from "../session/seat";
import type { Change, Explanation, Finding } from "./form";

/** What the server said when it refused; `told` of parts/refusal.tsx shows it. */
export class Refused extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined };

  constructor(name: string, message: string, httpStatusCode: number, requestId: string | undefined) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode, requestId };
  }
}

/** Too many ask at once: tried again after so many milliseconds. */
const PAUSES = [200, 600, 1800];
const OVER = new Set(["InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"]);

export function explainEvent(given: { requestId: string } | { sentence: string }): Promise<Explanation> {
  return explain("event", given);
}

export function explainMessage(encodedMessage: string): Promise<Explanation> {
  return explain("message", { encodedMessage });
}

export interface Access {
  readonly principalArn: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
}

export function explainAccess(access: Access, changes?: readonly Change[]): Promise<Explanation> {
  return explain("access", { ...access, ...(changes && { changes: JSON.stringify(changes) }) });
}

export function explainCase(line: Record<string, unknown>): Promise<Explanation> {
  return explain("case", { case: JSON.stringify(line) });
}

export interface RecordedEvent {
  readonly EventId: string;
  readonly EventTime: number;
  readonly CloudTrailEvent: string;
}

export interface EventsPage {
  readonly Events: readonly RecordedEvent[];
  readonly NextToken?: string;
}

interface Validated {
  readonly findings: readonly {
    readonly findingType: string;
    readonly findingDetails: string;
    readonly issueCode: string;
    readonly locations: readonly { readonly span: { readonly start: { readonly line: number; readonly column: number } } }[];
  }[];
}

/** Access Analyzer's ValidatePolicy. */
export async function validate(policyType: string, policyDocument: string, validatePolicyResourceType?: string): Promise<Finding[]> {
  const given = { policyType, policyDocument, validatePolicyResourceType };
  const { findings } = (await call("access-analyzer", "/policy/validation", { "content-type": "application/json" }, given)) as Validated;
  return findings.map(({ findingType, findingDetails, issueCode, locations: [at] }) => ({
    level: findingType.toLowerCase().replace("_", "-"),
    code: issueCode,
    details: findingDetails,
    line: at?.span.start.line,
    column: at && at.span.start.column + 1,
  }));
}

const LOOKUP = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

export async function lookUp(
  attributes: Readonly<Record<string, string>>,
  more: { readonly NextToken?: string | undefined; readonly StartTime?: number | undefined },
): Promise<EventsPage> {
  const LookupAttributes = Object.entries(attributes).map(([AttributeKey, AttributeValue]) => ({ AttributeKey, AttributeValue }));
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": LOOKUP };
  return (await call("cloudtrail", "/", headers, { LookupAttributes, MaxResults: 25, ...more })) as EventsPage;
}

async function explain(what: string, given: object): Promise<Explanation> {
  const answer = await call("access-analyzer", `/watchword-explanations/${what}`, { "content-type": "application/json" }, given);
  return JSON.parse((answer as { explanation: string }).explanation) as Explanation;
}

async function call(service: string, path: string, headers: Record<string, string>, given: object): Promise<unknown> {
  for (const pause of PAUSES) {
    try {
      return await send(service, path, headers, given);
    } catch (error) {
      if (!(error instanceof Refused && /^Throttling/.test(error.name))) throw error;
      await new Promise((done) => setTimeout(done, pause));
    }
  }
  return send(service, path, headers, given);
}

async function send(service: string, path: string, headers: Record<string, string>, given: object, isAgain = false): Promise<unknown> {
  const body = JSON.stringify(given);
  const signer = new SignatureV4({ service, region: seat.region, credentials: await credentials(), sha256: Sha256 });
  const request = { method: "POST", protocol: location.protocol, hostname: location.hostname, path, headers: { host: location.host, ...headers }, body };
  const signed = await signer.sign(request);
  delete signed.headers["host"];
  const answer = await fetch(path, { method: "POST", headers: signed.headers, body, cache: "no-store", credentials: "omit" });
  const said: unknown = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const { __type = "", message = "", Message = message } = said as { __type?: string; message?: string; Message?: string };
  const name = (answer.headers.get("x-amzn-errortype") ?? __type).replace(/^.*#/, "").replace(/:.*$/, "");
  if (OVER.has(name) && !isAgain) {
    forget();
    return send(service, path, headers, given, true);
  }
  throw new Refused(name, Message, answer.status, answer.headers.get("x-amzn-requestid") ?? undefined);
}
