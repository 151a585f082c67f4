/** Writes a policy: lines are numbered, and what is wrong is said while it is written, with a caret under it. */

import { useEffect, useId, useState, type KeyboardEvent, type ReactElement } from "react";
import { texts } from "../texts/english";
import { lineOf, policyFault, syntaxFault, type Fault } from "./fault";

interface EditorProps {
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Whether it is a policy of an identity, which the server can judge before it is kept. */
  readonly isOfIdentity?: boolean;
}

const PAUSE = 400;

export function Editor({ label, text, onChange, isOfIdentity = false }: EditorProps): ReactElement {
  const id = useId();
  const fault = useFault(text, isOfIdentity);
  const lines = text.split("\n");
  return (
    <div className="editor">
      <label htmlFor={id}>{label}</label>
      <div className="editor-text">
        <div className="editor-lines" aria-hidden="true">
          {lines.map((_, index) => (
            <div key={index}>{index + 1}</div>
          ))}
        </div>
        <textarea
          id={id}
          value={text}
          rows={Math.max(12, lines.length)}
          spellCheck={false}
          autoCapitalize="none"
          wrap="off"
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-fault`}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={indent}
        />
      </div>
      <div id={`${id}-fault`} aria-live="polite">
        {fault ? <Said fault={fault} text={text} /> : <p className="quiet">{isOfIdentity ? texts.policy.sound : texts.policy.isJson}</p>}
      </div>
    </div>
  );
}

/** What is wrong, once nothing was typed for a moment. */
function useFault(text: string, isOfIdentity: boolean): Fault | undefined {
  const [fault, set] = useState<Fault>();
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(async () => {
      const found = syntaxFault(text) ?? (isOfIdentity ? await policyFault(text) : undefined);
      if (isWanted) set(found);
    }, PAUSE);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [text, isOfIdentity]);
  return fault;
}

function Said({ fault, text }: { fault: Fault; text: string }): ReactElement {
  if (fault.at === undefined) return <p className="fault">{fault.sentence}</p>;
  const { line, column } = lineOf(text, fault.at);
  const shown = text.split("\n")[line] ?? "";
  const start = Math.max(0, column - 40);
  return (
    <div className="fault">
      <pre aria-hidden="true">
        {`${line + 1} | ${shown.slice(start, start + 80)}\n`}
        {`${" ".repeat(String(line + 1).length)} | ${" ".repeat(column - start)}^`}
      </pre>
      <p>
        {texts.policy.line(line + 1)}: {fault.sentence}
      </p>
    </div>
  );
}

/** The tab key goes on to the next field, as everywhere; a new line begins below the one before. */
function indent(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey) return;
  const { value, selectionStart } = event.currentTarget;
  const spaces = /^ */.exec(value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart))?.[0] ?? "";
  const more = /[{[]$/.test(value.slice(0, selectionStart).trimEnd()) ? "  " : "";
  event.preventDefault();
  document.execCommand("insertText", false, `\n${spaces}${more}`);
}
