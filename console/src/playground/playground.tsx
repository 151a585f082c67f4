/**
 * The playground: a request and its policies on the left, the decision on the right, as one types.
 *
 * The address has the whole case (case.ts). `ask` decides it: an operation of the server, or `watchword playground`.
 */

import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from "react";
import { DecisionShown } from "../explain/decision";
import type { Change, Decision, Explanation, Finding, Texts } from "../explain/form";
import { words } from "../texts/explain";
import "../explain/explain.css";
import { EXAMPLE, isOfRole, KINDS, lineOf, packed, PLACES, POLICIES, unpacked, type Case, type Kind } from "./case";

export type Ask = (line: Record<string, unknown>) => Promise<Explanation>;
/** `ofRole`: whether it is the trust policy of a role. */
export type Check = (kind: Kind, text: string, ofRole: boolean) => Promise<readonly Finding[]>;
const PAUSE = 250;

export function Playground({ ask, check }: { ask: Ask; check: Check }): ReactElement {
  const [given, set] = useState<Case>(EXAMPLE);
  const [isWrongLink, wrong] = useState(false);
  const [isReady, ready] = useState(false);
  useEffect(() => {
    const follow = async () => {
      const fragment = location.hash.slice(1);
      const found = fragment ? await unpacked(fragment) : EXAMPLE;
      wrong(found === undefined);
      if (found) set(found);
      ready(true);
    };
    void follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  const told = useDecided(given, ask, isReady);
  const change = (part: Partial<Case>) => set((before) => ({ ...before, ...part }));
  return (
    <div className="playground">
      <div>
        {isWrongLink && <p role="alert">{words.playground.wrongLink}</p>}
        <RequestFields given={given} change={change} problem={told.context} />
        <PolicyFields given={given} change={change} fault={told.fault} check={check} />
      </div>
      <section className="decided" aria-label={words.playground.decision}>
        <Share />
        {told.problem && (
          <p role="alert" className="fault">
            {told.problem}
          </p>
        )}
        {told.decision && <DecisionShown decision={told.decision} texts={told.texts} onTry={told.attempt} />}
      </section>
    </div>
  );
}

interface Told {
  readonly decision?: Decision;
  readonly texts?: Texts;
  readonly attempt?: (changes: readonly Change[]) => Promise<Decision>;
  readonly problem?: string;
  readonly context?: string;
  readonly fault?: { readonly kind: Kind; readonly message: string };
}

/** Asks when nothing was typed for a moment. An answer that comes late is not shown. */
function useDecided(given: Case, ask: Ask, isReady: boolean): Told {
  const [told, tell] = useState<Told>({});
  const latest = useRef(0);
  useEffect(() => {
    if (!isReady) return;
    const number = ++latest.current;
    const timer = setTimeout(async () => {
      history.replaceState(history.state, "", `#${await packed(given)}`);
      const found = await decided(given, ask);
      if (number === latest.current) tell(found);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [given, isReady]);
  return told;
}

async function decided(given: Case, ask: Ask): Promise<Told> {
  try {
    const line = lineOf(given);
    const { decisions, error } = await ask(line);
    const [decision] = decisions;
    if (decision === undefined) return wrongOf(given, error);
    const texts = Object.fromEntries(KINDS.flatMap((kind) => (given.policies[kind] === undefined ? [] : [[PLACES[kind], given.policies[kind]]])));
    const attempt = async (changes: readonly Change[]) => {
      const [tried] = (await ask({ ...line, changes })).decisions;
      if (tried === undefined) throw new Error(words.playground.wrongLink);
      return tried;
    };
    return { decision, texts, attempt };
  } catch (error) {
    if (error instanceof RangeError) return { context: words.fields.contextWrong(error.message) };
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function wrongOf(given: Case, error: Explanation["error"]): Told {
  const kind = KINDS.find((each) => PLACES[each] === error?.policy);
  const message = error?.message ?? "";
  if (kind === undefined) return { problem: message };
  const lines = (given.policies[kind] ?? "").slice(0, error?.span?.[0] ?? 0).split("\n");
  const place = error?.span ? `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}: ` : "";
  return { fault: { kind, message: place + message } };
}

interface FieldsProps {
  readonly given: Case;
  readonly change: (part: Partial<Case>) => void;
}

function RequestFields({ given, change, problem }: FieldsProps & { problem?: string | undefined }): ReactElement {
  const { fields } = words;
  return (
    <section className="part">
      <h2>{words.playground.request}</h2>
      <FormField label={fields.principal} description={fields.principalNote}>
        <Input value={given.principal} spellcheck={false} onChange={({ detail }) => change({ principal: detail.value })} />
      </FormField>
      <FormField label={fields.action}>
        <Input value={given.action} spellcheck={false} onChange={({ detail }) => change({ action: detail.value })} />
      </FormField>
      <FormField label={fields.resource} description={fields.resourceNote}>
        <Input value={given.resource} spellcheck={false} onChange={({ detail }) => change({ resource: detail.value })} />
      </FormField>
      <FormField label={fields.context} description={fields.contextNote} errorText={problem}>
        <Textarea value={given.context} rows={3} spellcheck={false} onChange={({ detail }) => change({ context: detail.value })} />
      </FormField>
    </section>
  );
}

function PolicyFields({ given, change, fault, check }: FieldsProps & { fault?: Told["fault"]; check: Check }): ReactElement {
  const put = (kind: Kind, text: string | undefined) => change({ policies: { ...given.policies, [kind]: text } });
  return (
    <section className="part">
      <h2>{words.playground.policies}</h2>
      {KINDS.map((kind) => (
        <PolicyField key={kind} kind={kind} text={given.policies[kind]} put={put} fault={fault?.kind === kind ? fault.message : undefined}>
          <Findings kind={kind} text={given.policies[kind]} ofRole={kind === "resource" && isOfRole(given.resource)} check={check} />
        </PolicyField>
      ))}
    </section>
  );
}

interface PolicyFieldProps {
  readonly kind: Kind;
  readonly text: string | undefined;
  readonly put: (kind: Kind, text: string | undefined) => void;
  readonly fault: string | undefined;
  readonly children: ReactNode;
}

function PolicyField({ kind, text, put, fault, children }: PolicyFieldProps): ReactElement {
  const name = words.types[kind] ?? kind;
  const kept = useRef(POLICIES[kind]);
  if (text !== undefined) kept.current = text;
  const rows = useMemo(() => Math.min(Math.max((text ?? "").split("\n").length + 1, 4), 24), [text]);
  return (
    <div className="policy">
      <Checkbox checked={text !== undefined} onChange={({ detail }) => put(kind, detail.checked ? kept.current : undefined)}>
        {name}
      </Checkbox>
      {text !== undefined && (
        <FormField errorText={fault}>
          <Textarea value={text} rows={rows} spellcheck={false} ariaLabel={name} invalid={fault !== undefined} onChange={({ detail }) => put(kind, detail.value)} />
        </FormField>
      )}
      {text !== undefined && fault === undefined && children}
    </div>
  );
}

interface FindingsProps {
  readonly kind: Kind;
  readonly text: string | undefined;
  readonly ofRole: boolean;
  readonly check: Check;
}

/** What is wrong or doubtful in a policy, once nothing was typed for a moment. */
function Findings({ kind, text, ofRole, check }: FindingsProps): ReactElement | null {
  const [findings, set] = useState<readonly Finding[]>([]);
  useEffect(() => {
    let isWanted = true;
    const tell = (found: readonly Finding[]) => isWanted && set(found);
    const timer = setTimeout(() => {
      if (text !== undefined) check(kind, text, ofRole).then(tell, () => tell([]));
    }, 2 * PAUSE);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [kind, text, ofRole]);
  if (findings.length === 0) return null;
  return (
    <ul className="findings" aria-label={words.playground.findings}>
      {findings.map((each, index) => (
        <li key={index} className={each.level === "error" ? "fault" : ""}>
          <strong>{each.code}</strong> {each.line !== undefined && `${each.line}:${each.column}: `}
          {each.details}
        </li>
      ))}
    </ul>
  );
}

function Share(): ReactElement {
  const [isCopied, copied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(location.href);
    copied(true);
  };
  return (
    <p>
      <Button iconName="share" onClick={copy}>
        {words.playground.link}
      </Button>{" "}
      <span role="status">{isCopied ? words.playground.copied : ""}</span>
    </p>
  );
}
