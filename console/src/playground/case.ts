/**
 * A case: who asks for what, and the policies that decide it; as people type it, and as it stands in a link.
 *
 * A link has the case behind its #, packed. Browsers don't send that part to any server. Whoever opens a link gets
 * texts in the fields of a form, and nothing else: what isn't of this shape, or is too long, is no case.
 */

export const KINDS = ["identity", "resource", "boundary", "session", "scp", "rcp"] as const;
export type Kind = (typeof KINDS)[number];

export interface Case {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context: string;
  /** By kind: the text of a policy; undefined where there is none of that kind. */
  readonly policies: Readonly<Partial<Record<Kind, string>>>;
}

const allow = (statement: Record<string, unknown>): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 2);

export const EXAMPLE: Case = {
  principal: "arn:aws:iam::111122223333:user/ann",
  action: "s3:GetObject",
  resource: "arn:aws:s3:::payroll/2026.txt",
  context: "aws:SecureTransport=true",
  policies: {
    identity: allow({ Sid: "Reports", Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/*" }),
  },
};

export const POLICIES: Readonly<Record<Kind, string>> = {
  identity: allow({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }),
  resource: allow({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }),
  boundary: allow({ Effect: "Allow", Action: "*", Resource: "*" }),
  session: allow({ Effect: "Allow", Action: "*", Resource: "*" }),
  scp: allow({ Effect: "Allow", Action: "*", Resource: "*" }),
  rcp: allow({ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }),
};

/** What an explanation calls the policy of a kind. */
export const PLACES: Readonly<Record<Kind, string>> = {
  identity: "identity[0]",
  resource: "resource",
  boundary: "boundary[0]",
  session: "session[0]",
  scp: "scps[0][0]",
  rcp: "rcps[0][0]",
};

/** The context of a text: a line for each key and value. Throws the line that is none. */
export function contextOf(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "") continue;
    const [, key, value] = /^([^=]+?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) throw new RangeError(line);
    const before = found[key];
    found[key] = before === undefined ? value : [...(typeof before === "string" ? [before] : before), value];
  }
  return found;
}

/** The case as a line of `watchword decide` (docs/decide.md). */
export function lineOf({ principal, action, resource, context, policies }: Case): Record<string, unknown> {
  const list = (kind: Kind) => (policies[kind] === undefined ? undefined : [policies[kind]]);
  return {
    request: {
      principal: principalOf(principal.trim()),
      action: action.trim(),
      resource: resource.trim(),
      context: contextOf(context),
      ...(isOfRole(resource) && { resourceType: "role" }),
    },
    policies: {
      identity: list("identity"),
      resource: policies.resource,
      boundary: list("boundary"),
      session: list("session"),
      scps: policies.scp === undefined ? undefined : [list("scp")],
      rcps: policies.rcp === undefined ? undefined : [list("rcp")],
    },
  };
}

/** Whether the policy of a resource is the trust policy of a role. */
export function isOfRole(resource: string): boolean {
  return /^arn:[^:]*:iam::[^:]*:role\//.test(resource.trim());
}

function principalOf(text: string): Record<string, string> {
  if (text === "" || text === "*") return { type: "anonymous" };
  if (text.endsWith(".amazonaws.com")) return { type: "service", service: text };
  if (/^arn:[^:]*:iam::[^:]*:role\//.test(text)) return { type: "role-session", roleArn: text, sessionName: "playground" };
  if (/^arn:[^:]*:sts::[^:]*:assumed-role\//.test(text)) return { type: "role-session", arn: text };
  if (/^arn:[^:]*:sts::[^:]*:federated-user\//.test(text)) return { type: "federated-user", arn: text };
  return { type: /:root$/.test(text) ? "root" : "user", arn: text };
}

// Links

const VERSION = "1.";
/** Characters of a case, unpacked: more than the policies of any request have. */
const MOST = 300_000;

export async function packed(given: Case): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(given));
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const text = String.fromCharCode(...new Uint8Array(await new Response(stream).arrayBuffer()));
  return VERSION + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The case of a link; undefined for what is none. */
export async function unpacked(fragment: string): Promise<Case | undefined> {
  if (!fragment.startsWith(VERSION) || fragment.length > MOST) return undefined;
  try {
    const text = atob(fragment.slice(VERSION.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (each) => each.charCodeAt(0));
    return read(JSON.parse(await inflated(bytes)));
  } catch {
    return undefined;
  }
}

/** Stops when it becomes too long: a short link can unpack to very much. */
async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > MOST) throw new RangeError("too long");
  }
}

function read(given: unknown): Case | undefined {
  if (!isRecord(given) || !isRecord(given["policies"])) return undefined;
  const { principal, action, resource, context, policies } = given;
  if (![principal, action, resource, context].every((each) => typeof each === "string")) return undefined;
  const kept = KINDS.flatMap((kind) => (typeof policies[kind] === "string" ? [[kind, policies[kind]]] : []));
  return { principal, action, resource, context, policies: Object.fromEntries(kept) } as Case;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
