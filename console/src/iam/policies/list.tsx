/** The managed policies: those of the account, of AWS, or both. */

import { ListPoliciesCommand, type Policy } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import type { ReactElement } from "react";
import { List, type Column } from "../../parts/list";
import { Moment } from "../../parts/moment";
import { iam } from "../../session/iam";
import { MOST, useWalk, type Batch } from "../../session/walk";
import type { PageProps } from "../../start/pages";
import { address, go } from "../../start/place";
import { texts } from "../../texts/english";

const words = texts.policies;

const COLUMNS: readonly Column<Policy>[] = [
  {
    id: "name",
    header: words.name,
    cell: ({ PolicyName: name = "", Arn: arn = "" }) => <Link href={address("iam", "policies", arn)}>{name}</Link>,
    by: (policy) => policy.PolicyName ?? "",
  },
  { id: "attached", header: words.attached, cell: (policy) => policy.AttachmentCount, by: (policy) => policy.AttachmentCount ?? 0, width: 140 },
  { id: "version", header: words.version, cell: (policy) => policy.DefaultVersionId, width: 140 },
  {
    id: "changed",
    header: words.changed,
    cell: (policy) => <Moment at={policy.UpdateDate} />,
    by: (policy) => policy.UpdateDate?.getTime() ?? 0,
    width: 160,
  },
];

const SCOPES = ["Local", "AWS", "All"] as const;
type Scope = (typeof SCOPES)[number];

export default function Policies({ query }: PageProps): ReactElement {
  const scope = SCOPES.find((each) => each === query.get("scope")) ?? "Local";
  const walk = useWalk((from) => ask(scope, from), [scope]);
  const create = <Button variant="primary" href={address("iam", "create-policy")}>{words.create}</Button>;
  const change = (to: string) => {
    const next = new URLSearchParams(query);
    next.set("scope", to);
    go(`${address("iam", "policies")}?${next}`, { replace: true });
  };
  return (
    <List
      title={words.title}
      note={words.note}
      walk={walk}
      columns={COLUMNS}
      nameOf={(policy) => policy.Arn ?? ""}
      text={(policy) => `${policy.Path}${policy.PolicyName}`}
      empty={{ title: words.none, note: words.noneNote, action: create }}
      actions={create}
      query={query}
      filters={
        <SegmentedControl
          label={words.scope}
          selectedId={scope}
          options={SCOPES.map((id) => ({ id, text: words.scopes[id] }))}
          onChange={({ detail }) => change(detail.selectedId)}
        />
      }
    />
  );
}

async function ask(Scope: Scope, from: string | undefined): Promise<Batch<Policy>> {
  const { Policies: items = [], Marker: next } = await iam.send(new ListPoliciesCommand({ Scope, Marker: from, MaxItems: MOST }));
  return { items, next };
}
