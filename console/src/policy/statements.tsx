/** A policy, drawn: each statement as a sentence of who, what, on what, and if. */

import type { ReactElement } from "react";
import { texts } from "../texts/english";
import { statements, type Condition, type Listed, type Statement } from "./document";

const words = texts.policy;

export function Statements({ document }: { document: string }): ReactElement {
  try {
    const found = statements(document);
    if (found.length === 0) return <p className="quiet">{words.noStatement}</p>;
    return (
      <ul className="statements">
        {found.map((each, index) => (
          <One key={index} statement={each} />
        ))}
      </ul>
    );
  } catch {
    return <pre className="mono">{document}</pre>;
  }
}

function One({ statement }: { statement: Statement }): ReactElement {
  const { effect, who, actions, resources, conditions, sid } = statement;
  return (
    <li className={effect === "Deny" ? "statement statement-deny" : "statement"}>
      <div className="statement-effect">
        {effect === "Deny" ? words.deny : words.allow} {sid && <span className="quiet">{sid}</span>}
      </div>
      <dl>
        {(who.items.length > 0 || who.not) && <Part name={words.who} of={who} said={([kind, name]) => principal(kind, name)} />}
        <Part name={effect === "Deny" ? words.whatNot : words.what} of={actions} said={(each) => each} />
        {resources.items.length > 0 && <Part name={words.where} of={resources} said={(each) => each} />}
        {conditions.length > 0 && <If conditions={conditions} />}
      </dl>
    </li>
  );
}

function Part<Item>({ name, of, said }: { name: string; of: Listed<Item>; said: (item: Item) => string }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {of.not && <em>{words.allBut} </em>}
        {of.items.map((each, index) => (
          <code key={index} className="chip">
            {said(each)}
          </code>
        ))}
      </dd>
    </>
  );
}

function If({ conditions }: { conditions: readonly Condition[] }): ReactElement {
  return (
    <>
      <dt>{words.if}</dt>
      <dd>
        {conditions.map(({ operator, key, values }, index) => (
          <div key={index}>
            <code>{key}</code> <span className="quiet">{operator}</span> <code>{values.join(", ")}</code>
          </div>
        ))}
      </dd>
    </>
  );
}

/** As people call it. */
function principal(kind: string, name: string): string {
  if (name === "*") return words.anybody;
  if (kind !== "AWS") return name;
  const account = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
  return account ? words.account(account) : name;
}
