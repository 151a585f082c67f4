/** A statement that applies, or nearly does: what it expected, and what the request had. */

import { type ReactElement, type ReactNode } from "react";
import { words } from "../texts/explain";
import type { Cited, Compared } from "./form";
import { policyName } from "./names";

interface StatementProps {
  readonly cited: Cited;
  /** The document that it is of, where that is known. */
  readonly text?: string | undefined;
  readonly isDecider: boolean;
}

export function Statement({ cited, text, isDecider }: StatementProps): ReactElement {
  const name = words.statement(policyName(cited.policy), cited.sid ?? String(cited.statement));
  return (
    <article className={`cited${isDecider ? " cited-decides" : ""}`}>
      <h4>
        <span className={cited.effect === "Deny" ? "effect effect-deny" : "effect"}>{cited.effect}</span>{" "}
        <span className="name">{name}</span> <span className="quiet">{cited.applies ? words.applies : words.nearly}</span>
      </h4>
      {cited.compared.length > 0 && (
        <table className="compared">
          <thead>
            <tr>
              <th scope="col">{words.compared.what}</th>
              <th scope="col">{words.compared.expected}</th>
              <th scope="col">{words.compared.had}</th>
            </tr>
          </thead>
          <tbody>
            {cited.compared.map((each, index) => (
              <tr key={index} className={each.holds ? "holds" : "fails"}>
                <th scope="row">
                  {each.key ? `${each.operator} ${each.key}` : each.element}{" "}
                  <span className="quiet">{each.holds ? words.compared.holds : words.compared.fails}</span>
                </th>
                <td>{list(each.expected)}</td>
                <td>{list(each.actual)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {text !== undefined && cited.span && <pre className="document">{lit(text, cited.span, cited.compared)}</pre>}
    </article>
  );
}

function list(values: string | readonly string[] | null): ReactNode {
  if (values === null || values.length === 0) return <span className="quiet">{words.compared.nothing}</span>;
  return (typeof values === "string" ? [values] : values).map((each, index) => (
    <code key={index} className="value">
      {each}
    </code>
  ));
}

/** The text of the statement, in which what was compared is marked. */
function lit(text: string, [start, end]: readonly [number, number], compared: readonly Compared[]): ReactNode[] {
  const spans = compared.flatMap(({ span, holds }) => (span && span[0] > start && span[1] < end ? [{ span, holds }] : []));
  const parts: ReactNode[] = [];
  let at = start;
  for (const { span, holds } of spans.sort((one, other) => one.span[0] - other.span[0])) {
    if (span[0] < at) continue;
    parts.push(text.slice(at, span[0]));
    parts.push(
      <mark key={span[0]} className={holds ? "mark-holds" : "mark-fails"}>
        {text.slice(...span)}
      </mark>,
    );
    at = span[1];
  }
  return [...parts, text.slice(at, end)].map((part) => (typeof part === "string" ? part.replaceAll(`\n${indent(text, start)}`, "\n") : part));
}

/** The white space before the line that a statement begins in: it is taken from all its lines. */
function indent(text: string, start: number): string {
  return /[ \t]*$/.exec(text.slice(0, start))?.[0] ?? "";
}
