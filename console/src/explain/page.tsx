/**
 * The explorer: a refusal, by what somebody has of it, and what would be enough.
 *
 *     /console/explain/ID                                   the request of that id
 *     /console/explain?principal=..&action=..&resource=..   a request that nobody sent
 *     /console/explain                                      the newest refusals, and the ways to ask
 *
 * What an address asks for is asked at once, so each is a link to keep and to send.
 */

import Link from "@cloudscape-design/components/link";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactElement } from "react";
import { Refusal } from "../parts/refusal";
import { Title } from "../parts/title";
import { useAnswer } from "../session/answer";
import type { PageProps } from "../start/pages";
import { address } from "../start/place";
import { words } from "../texts/explain";
import { Apply } from "./apply";
import { explainAccess, explainEvent, explainMessage, type Access } from "./ask";
import { Compose, accessOf } from "./compose";
import { DecisionShown } from "./decision";
import type { Change, Decision, Explanation } from "./form";
import { Paste, PASTED } from "./paste";
import { Recent } from "./recent";
import "./explain.css";

export default function Explorer({ params, query }: PageProps): ReactElement {
  const access = accessOf(query);
  const id = params["id"];
  if (id !== undefined) return <Explained heading={id} ask={() => askFor(id)} key={id} />;
  if (access) {
    return (
      <>
        <Explained heading={words.explorer.composed} ask={() => explainAccess(access)} access={access} key={query.toString()} />
        <Compose access={access} />
      </>
    );
  }
  return (
    <>
      <Title text={words.explorer.title} note={words.explorer.note} />
      <Paste />
      <Compose />
      <Recent query={query} />
    </>
  );
}

/** What was pasted is kept by the page and not by the address, where it is no id: messages are long. */
function askFor(id: string): Promise<Explanation> {
  const pasted = PASTED.get(id);
  if (pasted === undefined) return explainEvent({ requestId: id });
  return /\s/.test(pasted) ? explainEvent({ sentence: pasted }) : explainMessage(pasted);
}

function Explained({ heading, ask, access }: { heading: string; ask: () => Promise<Explanation>; access?: Access }): ReactElement {
  const [answer, again] = useAnswer(ask, []);
  return (
    <>
      <Title text={words.explorer.title} note={<code className="name">{heading}</code>} above={{ text: words.explorer.back, href: address("explain") }} />
      {answer.state === "waiting" && <Spinner size="large" />}
      {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
      {answer.state === "here" && <Found explanation={answer.value} access={access} />}
    </>
  );
}

function Found({ explanation, access }: { explanation: Explanation; access?: Access | undefined }): ReactElement {
  const { event, decisions } = explanation;
  return (
    <>
      {event && <Event event={event} />}
      {decisions.length === 0 && <p>{words.explorer.noDecisions}</p>}
      {decisions.map((decision, index) => (
        <DecisionShown
          key={index}
          decision={decision}
          onTry={(changes) => attempt(access ?? accessTo(decision), changes)}
          applied={(changes) => <Apply principal={decision.request.principal} changes={changes} />}
        />
      ))}
    </>
  );
}

async function attempt(access: Access, changes: readonly Change[]): Promise<Decision> {
  const [decision] = (await explainAccess(access, changes)).decisions;
  if (decision === undefined) throw new Error(words.explorer.noDecisions);
  return decision;
}

/** What a recorded request asked for. What only the request knew (its address, its tags) isn't known here. */
function accessTo({ request }: Decision): Access {
  const { principal, action, resource } = request;
  return { principalArn: principal, action, resource, context: {} };
}

function Event({ event }: { event: Readonly<Record<string, unknown>> }): ReactElement {
  const identity = (event["userIdentity"] ?? {}) as { arn?: string; principalId?: string };
  const who = identity.arn ?? identity.principalId ?? "";
  return (
    <dl className="told">
      <dt>{words.explorer.who}</dt>
      <dd className="name">
        <Link href={`${address("explain")}?who=${encodeURIComponent(who)}`}>{who}</Link>
      </dd>
      <dt>{words.explorer.what}</dt>
      <dd>
        {String(event["eventSource"]).split(".")[0]}:{String(event["eventName"])}
      </dd>
      <dt>{words.explorer.when}</dt>
      <dd>{String(event["eventTime"]).replace("T", " ").replace("Z", " UTC")}</dd>
    </dl>
  );
}
