/** The groups of the account. */

import { CreateGroupCommand, ListGroupsCommand, type Group } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import { useState, type ReactElement } from "react";
import { Dialog } from "../../parts/dialog";
import { List, type Column } from "../../parts/list";
import { Moment } from "../../parts/moment";
import { iam } from "../../session/iam";
import { MOST, useWalk, type Batch } from "../../session/walk";
import type { PageProps } from "../../start/pages";
import { address, go } from "../../start/place";
import { texts } from "../../texts/english";

const words = texts.groups;

const COLUMNS: readonly Column<Group>[] = [
  {
    id: "name",
    header: words.name,
    cell: ({ GroupName: name = "" }) => <Link href={address("iam", "groups", name)}>{name}</Link>,
    by: (group) => group.GroupName ?? "",
  },
  { id: "path", header: words.path, cell: (group) => group.Path, by: (group) => group.Path ?? "" },
  {
    id: "created",
    header: words.created,
    cell: (group) => <Moment at={group.CreateDate} />,
    by: (group) => group.CreateDate?.getTime() ?? 0,
    width: 160,
  },
];

export default function Groups({ query }: PageProps): ReactElement {
  const walk = useWalk(ask, []);
  const [name, rename] = useState<string>();
  const create = (
    <Button variant="primary" onClick={() => rename("")}>
      {words.create}
    </Button>
  );
  return (
    <>
      <List
        title={words.title}
        note={words.note}
        walk={walk}
        columns={COLUMNS}
        nameOf={(group) => group.GroupName ?? ""}
        text={(group) => `${group.Path}${group.GroupName}`}
        empty={{ title: words.none, note: words.noneNote, action: create }}
        actions={create}
        query={query}
      />
      {name !== undefined && (
        <Dialog
          title={words.create}
          verb={words.create}
          isReady={name !== ""}
          act={() => iam.send(new CreateGroupCommand({ GroupName: name }))}
          onDone={() => go(address("iam", "groups", name))}
          onClose={() => rename(undefined)}
        >
          <FormField label={words.name} constraintText={texts.createRole.nameNote}>
            <Input value={name} onChange={({ detail }) => rename(detail.value)} spellcheck={false} autoFocus />
          </FormField>
        </Dialog>
      )}
    </>
  );
}

async function ask(from: string | undefined): Promise<Batch<Group>> {
  const { Groups: items = [], Marker: next } = await iam.send(new ListGroupsCommand({ Marker: from, MaxItems: MOST }));
  return { items, next };
}
