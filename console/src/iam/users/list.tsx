/** The users of the account. */

import { CreateUserCommand, ListUsersCommand, type User } from "@aws-sdk/client-iam";
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

const words = texts.users;

const COLUMNS: readonly Column<User>[] = [
  {
    id: "name",
    header: words.name,
    cell: ({ UserName: name = "" }) => <Link href={address("iam", "users", name)}>{name}</Link>,
    by: (user) => user.UserName ?? "",
  },
  { id: "path", header: words.path, cell: (user) => user.Path, by: (user) => user.Path ?? "" },
  {
    id: "used",
    header: words.passwordUsed,
    cell: (user) => <Moment at={user.PasswordLastUsed} />,
    by: (user) => user.PasswordLastUsed?.getTime() ?? 0,
    width: 180,
  },
  {
    id: "created",
    header: words.created,
    cell: (user) => <Moment at={user.CreateDate} />,
    by: (user) => user.CreateDate?.getTime() ?? 0,
    width: 160,
  },
];

export default function Users({ query }: PageProps): ReactElement {
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
        nameOf={(user) => user.UserName ?? ""}
        text={(user) => `${user.Path}${user.UserName}`}
        empty={{ title: words.none, note: words.noneNote, action: create }}
        actions={create}
        query={query}
      />
      {name !== undefined && (
        <Dialog
          title={words.create}
          verb={words.create}
          isReady={name !== ""}
          act={() => iam.send(new CreateUserCommand({ UserName: name }))}
          onDone={() => go(address("iam", "users", name))}
          onClose={() => rename(undefined)}
        >
          <FormField label={words.name} constraintText={texts.createRole.nameNote} description={words.createNote}>
            <Input value={name} onChange={({ detail }) => rename(detail.value)} spellcheck={false} autoFocus />
          </FormField>
        </Dialog>
      )}
    </>
  );
}

async function ask(from: string | undefined): Promise<Batch<User>> {
  const { Users: items = [], Marker: next } = await iam.send(new ListUsersCommand({ Marker: from, MaxItems: MOST }));
  return { items, next };
}
