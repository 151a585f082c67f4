/** A policy as its JSON says it, read leniently: what is drawn is what stands there. The server judges it. */

export interface Statement {
  readonly sid: string;
  readonly effect: string;
  /** Who: pairs of a kind of principal and a name; `not` where all others are meant. */
  readonly who: Listed<readonly [kind: string, name: string]>;
  readonly actions: Listed<string>;
  readonly resources: Listed<string>;
  readonly conditions: readonly Condition[];
}

export interface Listed<Item> {
  readonly not: boolean;
  readonly items: readonly Item[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** What somebody begins with who writes a policy of permissions. */
export const FIRST = JSON.stringify(
  { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::example/*" }] },
  null,
  2,
);

type Json = Readonly<Record<string, unknown>>;

/** Its statements. Throws SyntaxError for what isn't JSON. */
export function statements(text: string): Statement[] {
  const whole: unknown = JSON.parse(text);
  return listed(isJson(whole) ? whole.Statement : undefined).filter(isJson).map(statement);
}

/** The same text, as people read it; what isn't JSON stays as it is. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** IAM's answers have documents percent-encoded. */
export function decoded(document: string | undefined): string {
  return indented(decodeURIComponent(document ?? ""));
}

function statement(given: Json): Statement {
  return {
    sid: text(given.Sid ?? ""),
    effect: text(given.Effect ?? ""),
    who: either(given, "Principal", principals),
    actions: either(given, "Action", texts),
    resources: either(given, "Resource", texts),
    conditions: conditions(given.Condition),
  };
}

function either<Item>(given: Json, name: string, read: (value: unknown) => Item[]): Listed<Item> {
  const negative = given[`Not${name}`];
  return negative === undefined ? { not: false, items: read(given[name]) } : { not: true, items: read(negative) };
}

function principals(value: unknown): (readonly [string, string])[] {
  if (!isJson(value)) return texts(value).map((name) => ["AWS", name] as const);
  return Object.entries(value).flatMap(([kind, names]) => texts(names).map((name) => [kind, name] as const));
}

function conditions(value: unknown): Condition[] {
  if (!isJson(value)) return [];
  return Object.entries(value).flatMap(([operator, keys]) =>
    isJson(keys) ? Object.entries(keys).map(([key, values]) => ({ operator, key, values: texts(values) })) : [],
  );
}

function texts(value: unknown): string[] {
  return listed(value).map(text);
}

function listed(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
