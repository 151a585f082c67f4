/** A user: how they prove who they are, and what they may do. */

import { DeleteUserCommand, GetUserCommand, type User } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState, type ReactElement } from "react";
import { Dialog } from "../../parts/dialog";
import { Facts, Tags } from "../../parts/facts";
import { Moment } from "../../parts/moment";
import { Refusal } from "../../parts/refusal";
import { Title } from "../../parts/title";
import { useAnswer } from "../../session/answer";
import { iam } from "../../session/iam";
import type { PageProps } from "../../start/pages";
import { address, go } from "../../start/place";
import { texts } from "../../texts/english";
import { ofUser } from "../permissions";
import { Room } from "../room";
import { Groups } from "./groups";
import { Proofs } from "./proofs";

const words = texts.user;
const LIST = address("iam", "users");

export default function UserPage({ params: { name = "" } }: PageProps): ReactElement {
  const [answer, again] = useAnswer(() => iam.send(new GetUserCommand({ UserName: name })), [name]);
  const [isAsked, ask] = useState(false);
  const user = answer.state === "here" ? answer.value.User : undefined;
  return (
    <SpaceBetween size="l">
      <Title
        text={name}
        above={{ text: texts.users.title, href: LIST }}
        actions={<Button disabled={!user} onClick={() => ask(true)}>{words.delete}</Button>}
      />
      {answer.state === "waiting" && <Spinner size="large" />}
      {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
      {user && (
        <>
          <div className="door-and-room">
            <Proofs name={name} />
            <Room holder={ofUser(name)} name={name} note={words.roomNote} />
          </div>
          <Groups name={name} />
          <Container>
            <Known user={user} />
          </Container>
        </>
      )}
      {isAsked && (
        <Dialog
          title={words.deleteOne(name)}
          verb={words.delete}
          act={() => iam.send(new DeleteUserCommand({ UserName: name }))}
          onDone={() => go(LIST)}
          onClose={() => ask(false)}
        >
          {words.deleteNote}
        </Dialog>
      )}
    </SpaceBetween>
  );
}

function Known({ user }: { user: User }): ReactElement {
  const boundary = user.PermissionsBoundary?.PermissionsBoundaryArn;
  return (
    <Facts
      facts={{
        [words.arn]: <span className="mono">{user.Arn}</span>,
        [words.created]: <Moment at={user.CreateDate} />,
        [words.used]: <Moment at={user.PasswordLastUsed} />,
        [words.boundary]: boundary && <Link href={address("iam", "policies", boundary)}>{boundary}</Link>,
        [words.tags]: <Tags tags={user.Tags} />,
      }}
    />
  );
}
