/** The roles of the account. */

import { ListRolesCommand, type Role } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import type { ReactElement } from "react";
import { List, type Column } from "../../parts/list";
import { Moment } from "../../parts/moment";
import { iam } from "../../session/iam";
import { MOST, useWalk, type Batch } from "../../session/walk";
import type { PageProps } from "../../start/pages";
import { address } from "../../start/place";
import { texts } from "../../texts/english";

const words = texts.roles;

const COLUMNS: readonly Column<Role>[] = [
  {
    id: "name",
    header: words.name,
    cell: ({ RoleName: name = "" }) => <Link href={address("iam", "roles", name)}>{name}</Link>,
    by: (role) => role.RoleName ?? "",
  },
  { id: "path", header: words.path, cell: (role) => role.Path, by: (role) => role.Path ?? "" },
  { id: "described", header: words.described, cell: (role) => role.Description ?? "" },
  {
    id: "created",
    header: words.created,
    cell: (role) => <Moment at={role.CreateDate} />,
    by: (role) => role.CreateDate?.getTime() ?? 0,
    width: 160,
  },
];

export default function Roles({ query }: PageProps): ReactElement {
  const walk = useWalk(ask, []);
  const create = <Button variant="primary" href={address("iam", "create-role")}>{words.create}</Button>;
  return (
    <List
      title={words.title}
      note={words.note}
      walk={walk}
      columns={COLUMNS}
      nameOf={(role) => role.RoleName ?? ""}
      text={(role) => `${role.Path}${role.RoleName} ${role.Description ?? ""}`}
      empty={{ title: words.none, note: words.noneNote, action: create }}
      actions={create}
      query={query}
    />
  );
}

async function ask(from: string | undefined): Promise<Batch<Role>> {
  const { Roles: items = [], Marker: next } = await iam.send(new ListRolesCommand({ Marker: from, MaxItems: MOST }));
  return { items, next };
}
