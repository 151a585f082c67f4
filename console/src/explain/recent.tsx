/**
 * The newest refusals of the account. They are found, filtered and paged by the server; the filter is in the address.
 *
 * To follow is to ask again every few seconds for what is newer. What is known is shown once.
 */

import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import Spinner from "@cloudscape-design/components/spinner";
import Toggle from "@cloudscape-design/components/toggle";
import { useCallback, useEffect, useState, type FormEvent, type ReactElement } from "react";
import { Empty } from "../parts/empty";
import { Refusal } from "../parts/refusal";
import { address, go } from "../start/place";
import { words } from "../texts/explain";
import { lookUp, type RecordedEvent } from "./ask";

const REFUSED = { ErrorCode: "AccessDenied" };
const FOLLOWED_MILLISECONDS = 3000;
/** Pages that are asked for on end where they are empty: refusals can be rare. */
const MOST_PAGES = 5;

export function Recent({ query }: { query: URLSearchParams }): ReactElement {
  const who = query.get("who") ?? "";
  const what = query.get("what") ?? "";
  const { events, next, isWaiting, error, more, newer } = useRefusals(who, what);
  const [isFollowed, follow] = useState(false);
  useEffect(() => {
    if (!isFollowed) return;
    const timer = setInterval(() => void newer(), FOLLOWED_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isFollowed, newer]);
  return (
    <section className="recent">
      <h2>{words.explorer.recent}</h2>
      <p className="quiet">{words.explorer.recentNote}</p>
      <Filter who={who} what={what} key={`${who} ${what}`} />
      <Toggle checked={isFollowed} onChange={({ detail }) => follow(detail.checked)}>
        {words.explorer.follow}
      </Toggle>
      {error !== undefined && <Refusal error={error} onAgain={() => void more()} />}
      <ul className="refusals">
        {events.map((each) => (
          <Refused key={each.EventId} recorded={each} />
        ))}
      </ul>
      {isWaiting && <Spinner />}
      {!isWaiting && events.length === 0 && error === undefined && <Empty title={words.explorer.none} note={words.explorer.noneNote} />}
      {!isWaiting && next !== undefined && <Button onClick={() => void more()}>{words.explorer.older}</Button>}
    </section>
  );
}

function Filter({ who, what }: { who: string; what: string }): ReactElement {
  const [given, set] = useState({ who, what });
  const find = (submitted: FormEvent) => {
    submitted.preventDefault();
    const kept = Object.entries(given).filter(([, value]) => value.trim() !== "");
    go(`${address("explain")}?${new URLSearchParams(kept)}`, { replace: true });
  };
  return (
    <form className="filter" onSubmit={find}>
      <Input value={given.who} type="search" ariaLabel={words.explorer.principalFilter} placeholder={words.explorer.principalFilter} onChange={({ detail }) => set({ ...given, who: detail.value })} />
      <Input value={given.what} type="search" ariaLabel={words.explorer.actionFilter} placeholder="s3:*" onChange={({ detail }) => set({ ...given, what: detail.value })} />
      <Button formAction="submit" iconName="search" ariaLabel={words.explorer.recent} />
    </form>
  );
}

function Refused({ recorded }: { recorded: RecordedEvent }): ReactElement {
  const event = JSON.parse(recorded.CloudTrailEvent) as Recorded;
  const decision = event.additionalEventData?.decisions?.find((each) => each.decision !== "allow" && !each.optional);
  const what = decision ? words.explorer.on(decision.action, decision.resource) : `${event.eventSource.split(".")[0]}:${event.eventName}`;
  const when = event.eventTime.replace("T", " ").replace("Z", " UTC");
  return (
    <li>
      <Link href={address("explain", recorded.EventId)}>
        <span className="name">{what}</span>
      </Link>
      <span className="quiet name">
        {event.userIdentity?.arn ?? event.userIdentity?.principalId} · {when}
      </span>
    </li>
  );
}

/** What is read of an event. */
interface Recorded {
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly userIdentity?: { readonly arn?: string; readonly principalId?: string };
  readonly additionalEventData?: {
    readonly decisions?: readonly { readonly decision: string; readonly optional?: boolean; readonly action: string; readonly resource: string }[];
  };
}

interface Refusals {
  readonly events: readonly RecordedEvent[];
  readonly next: string | undefined;
  readonly isWaiting: boolean;
  readonly error: unknown;
  readonly more: () => Promise<void>;
  readonly newer: () => Promise<void>;
}

function useRefusals(who: string, what: string): Refusals {
  const [events, set] = useState<readonly RecordedEvent[]>([]);
  const [next, go] = useState<string>();
  const [isWaiting, wait] = useState(true);
  const [error, fail] = useState<unknown>();
  const ask = useCallback(
    (more: { NextToken?: string | undefined; StartTime?: number | undefined }) =>
      lookUp({ ...REFUSED, ...(who && { Principal: who }), ...(what && { Action: what }) }, more),
    [who, what],
  );
  const more = useCallback(async () => {
    wait(true);
    fail(undefined);
    try {
      let token = next;
      for (let count = 0; count < MOST_PAGES; count++) {
        const page = await ask({ NextToken: token });
        token = page.NextToken;
        set((before) => joined(before, page.Events));
        if (token === undefined || page.Events.length > 0) break;
      }
      go(token);
    } catch (problem) {
      fail(problem);
    }
    wait(false);
  }, [ask, next]);
  const newer = useCallback(async () => {
    try {
      const found = await ask({ StartTime: events[0]?.EventTime });
      set((before) => joined(found.Events, before));
      fail(undefined);
    } catch (problem) {
      fail(problem);
    }
  }, [ask, events]);
  useEffect(() => {
    set([]);
    void more();
  }, [ask]);
  return { events, next, isWaiting, error, more, newer };
}

function joined(first: readonly RecordedEvent[], second: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const known = new Set(first.map((each) => each.EventId));
  return [...first, ...second.filter((each) => !known.has(each.EventId))];
}
