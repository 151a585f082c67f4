/** A group: who is in it, and what they may do for it. */

import { DeleteGroupCommand, GetGroupCommand, type User } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState, type ReactElement } from "react";
import { Dialog } from "../../parts/dialog";
import { Empty } from "../../parts/empty";
import { Refusal } from "../../parts/refusal";
import { Title } from "../../parts/title";
import { useAnswer } from "../../session/answer";
import { iam } from "../../session/iam";
import { all, MOST } from "../../session/walk";
import type { PageProps } from "../../start/pages";
import { address, go } from "../../start/place";
import { texts } from "../../texts/english";
import { ofGroup, strip } from "../permissions";
import { Room } from "../room";

const words = texts.group;
const LIST = address("iam", "groups");

export default function GroupPage({ params: { name = "" } }: PageProps): ReactElement {
  const [answer, again] = useAnswer(() => members(name), [name]);
  const [isAsked, ask] = useState(false);
  return (
    <SpaceBetween size="l">
      <Title
        text={name}
        above={{ text: texts.groups.title, href: LIST }}
        actions={<Button disabled={answer.state !== "here"} onClick={() => ask(true)}>{words.delete}</Button>}
      />
      {answer.state === "waiting" && <Spinner size="large" />}
      {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
      {answer.state === "here" && (
        <div className="door-and-room">
          <Members users={answer.value} />
          <Room holder={ofGroup(name)} name={name} note={words.roomNote} />
        </div>
      )}
      {isAsked && (
        <Dialog title={words.deleteOne(name)} verb={words.delete} act={() => remove(name)} onDone={() => go(LIST)} onClose={() => ask(false)}>
          {words.deleteNote}
        </Dialog>
      )}
    </SpaceBetween>
  );
}

function Members({ users }: { users: readonly User[] }): ReactElement {
  return (
    <Container header={<Header variant="h2" counter={`(${users.length})`} description={words.membersNote}>{words.members}</Header>}>
      {users.length === 0 && <Empty title={words.none} note={words.noneNote} />}
      <ul className="plain">
        {users.map(({ UserName: name = "" }) => (
          <li key={name}>
            <Link href={address("iam", "users", name)}>{name}</Link>
          </li>
        ))}
      </ul>
    </Container>
  );
}

function members(GroupName: string): Promise<User[]> {
  return all(async (Marker) => {
    const { Users: items = [], Marker: next } = await iam.send(new GetGroupCommand({ GroupName, Marker, MaxItems: MOST }));
    return { items, next };
  });
}

/** IAM deletes no group that has policies. Its members stay in the way: they are taken out first, one by one. */
async function remove(GroupName: string): Promise<void> {
  if ((await members(GroupName)).length === 0) await strip(ofGroup(GroupName));
  await iam.send(new DeleteGroupCommand({ GroupName }));
}
