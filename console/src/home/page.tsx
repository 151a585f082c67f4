/** The home: what there is, and what should be looked at today. It is from IAM's own operations, and LookupEvents. */

import { GetAccountSummaryCommand, ListServerCertificatesCommand } from "@aws-sdk/client-iam";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactElement, ReactNode } from "react";
import { lookUp } from "../explain/ask";
import { ago } from "../parts/moment";
import { Refusal } from "../parts/refusal";
import { Title } from "../parts/title";
import { useAnswer } from "../session/answer";
import { iam } from "../session/iam";
import { seat } from "../session/seat";
import { address } from "../start/place";
import { texts } from "../texts/english";
import { report, type Reported } from "./report";

const words = texts.home;
const DAY = 86_400_000;
const OLD = 90 * DAY;
const SOON = 30 * DAY;

export default function Home(): ReactElement {
  return (
    <SpaceBetween size="l">
      <Title text={words.title(seat.alias || seat.account)} note={<span className="mono">{seat.arn}</span>} />
      <Counts />
      <div className="cards">
        <Card title={words.refused} note={words.refusedNote} good={words.refusedGood} ask={refusedToday} />
        <Card title={words.mfa} note={words.mfaNote} good={words.mfaGood} ask={withoutMfa} />
        <Card title={words.keys} note={words.keysNote} good={words.keysGood} ask={oldKeys} />
        <Card title={words.soon} note={words.soonNote} good={words.soonGood} ask={endingSoon} />
      </div>
    </SpaceBetween>
  );
}

const COUNTED = [
  ["Users", words.counts.users, "users"],
  ["Groups", words.counts.groups, "groups"],
  ["Roles", words.counts.roles, "roles"],
  ["Policies", words.counts.policies, "policies"],
  ["Providers", words.counts.providers, "providers"],
] as const;

function Counts(): ReactElement {
  const [answer, again] = useAnswer(() => iam.send(new GetAccountSummaryCommand({})), []);
  if (answer.state === "refused") return <Refusal error={answer.error} onAgain={again} />;
  const summary = answer.state === "here" ? (answer.value.SummaryMap ?? {}) : {};
  return (
    <ul className="counts">
      {COUNTED.map(([name, text, where]) => (
        <li key={name}>
          <a href={address("iam", where)}>
            {text} <strong>{summary[name] ?? "–"}</strong>
          </a>
        </li>
      ))}
    </ul>
  );
}

interface Attention {
  readonly link?: { readonly text: string; readonly href: string };
  readonly what: string;
}

interface CardProps {
  readonly title: string;
  readonly note: string;
  /** What is said when there is nothing. */
  readonly good: string;
  readonly ask: () => Promise<Attention[]>;
}

const SHOWN = 8;

function Card({ title, note, good, ask }: CardProps): ReactElement {
  const [answer, again] = useAnswer(ask, []);
  const found = answer.state === "here" ? answer.value : [];
  return (
    <Container fitHeight header={<Header variant="h2" description={note} counter={found.length ? `(${found.length})` : ""}>{title}</Header>}>
      {answer.state === "waiting" && <Spinner />}
      {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
      {answer.state === "here" && found.length === 0 && <StatusIndicator type="success">{good}</StatusIndicator>}
      <ul className="plain">
        {found.slice(0, SHOWN).map((each, index) => (
          <li key={index}>{attention(each)}</li>
        ))}
      </ul>
      {found.length > SHOWN && <p className="quiet">{words.more(found.length - SHOWN)}</p>}
    </Container>
  );
}

function attention({ link, what }: Attention): ReactNode {
  if (!link) return what;
  return (
    <>
      <Link href={link.href}>{link.text}</Link> <span className="quiet">{what}</span>
    </>
  );
}

function ofUser(user: string, what: string): Attention {
  return { link: { text: user, href: address("iam", "users", user) }, what };
}

let asked: Promise<Reported[]> | undefined;

/** One report for all cards of the page. */
function reported(): Promise<Reported[]> {
  asked ??= report().finally(() => (asked = undefined));
  return asked;
}

interface Refused {
  readonly eventName: string;
  readonly userIdentity: { readonly arn?: string; readonly principalId?: string };
}

async function refusedToday(): Promise<Attention[]> {
  const { Events: events } = await lookUp({ ErrorCode: "AccessDenied" }, { StartTime: new Date().setHours(0, 0, 0, 0) / 1000 });
  return events.map(({ EventId: id, CloudTrailEvent: text }) => {
    const { eventName: name, userIdentity: who } = JSON.parse(text) as Refused;
    return { link: { text: name, href: address("explain", id) }, what: who.arn?.split(":").at(-1) ?? who.principalId ?? "" };
  });
}

async function withoutMfa(): Promise<Attention[]> {
  const users = await reported();
  return users.filter(({ hasPassword, hasMfa }) => hasPassword && !hasMfa).map(({ user }) => ofUser(user, words.noMfa));
}

async function oldKeys(): Promise<Attention[]> {
  const keys = (await reported()).flatMap(({ user, keys }) => keys.map((key) => ({ user, ...key })));
  const old = keys.filter(({ made }) => Date.now() - made.getTime() > OLD);
  old.sort((left, right) => left.made.getTime() - right.made.getTime());
  return old.map(({ user, made, used }) => ofUser(user, words.key(ago(made), used ? ago(used) : texts.never)));
}

async function endingSoon(): Promise<Attention[]> {
  const isSoon = (at: Date | undefined): at is Date => at !== undefined && at.getTime() - Date.now() < SOON;
  const [users, { ServerCertificateMetadataList: certificates = [] }] = await Promise.all([
    reported(),
    iam.send(new ListServerCertificatesCommand({})),
  ]);
  return [
    ...users.flatMap(({ user, passwordUntil }) => (isSoon(passwordUntil) ? ofUser(user, words.password(ago(passwordUntil))) : [])),
    ...certificates.flatMap(({ ServerCertificateName: name = "", Expiration: at }) =>
      isSoon(at) ? { what: words.certificate(name, ago(at)) } : [],
    ),
  ];
}
