/** A role: its trust policy is the door, its permissions are the room behind it. */

import { DeleteRoleCommand, GetRoleCommand, ListInstanceProfilesForRoleCommand, type Role } from "@aws-sdk/client-iam";
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
import { ofRole, strip } from "../permissions";
import { Room } from "../room";
import { Door } from "./door";

const words = texts.role;
const LIST = address("iam", "roles");

export default function RolePage({ params: { name = "" } }: PageProps): ReactElement {
  const [answer, again] = useAnswer(() => iam.send(new GetRoleCommand({ RoleName: name })), [name]);
  const [isAsked, ask] = useState(false);
  const role = answer.state === "here" ? answer.value.Role : undefined;
  return (
    <SpaceBetween size="l">
      <Title
        text={name}
        note={role?.Description}
        above={{ text: texts.roles.title, href: LIST }}
        actions={<Button disabled={!role} onClick={() => ask(true)}>{words.delete}</Button>}
      />
      {answer.state === "waiting" && <Spinner size="large" />}
      {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
      {role && (
        <>
          <div className="door-and-room">
            <Door role={role} onChanged={again} />
            <Room holder={ofRole(name)} name={name} note={words.roomNote} />
          </div>
          <Container>
            <Known role={role} />
          </Container>
        </>
      )}
      {isAsked && (
        <Dialog title={words.deleteOne(name)} verb={words.delete} act={() => remove(name)} onDone={() => go(LIST)} onClose={() => ask(false)}>
          {words.deleteNote}
        </Dialog>
      )}
    </SpaceBetween>
  );
}

function Known({ role }: { role: Role }): ReactElement {
  const boundary = role.PermissionsBoundary?.PermissionsBoundaryArn;
  return (
    <Facts
      facts={{
        [words.arn]: <span className="mono">{role.Arn}</span>,
        [words.created]: <Moment at={role.CreateDate} />,
        [words.used]: <Moment at={role.RoleLastUsed?.LastUsedDate} />,
        [words.longest]: words.hours((role.MaxSessionDuration ?? 3600) / 3600),
        [words.boundary]: boundary && <Link href={address("iam", "policies", boundary)}>{boundary}</Link>,
        [words.tags]: <Tags tags={role.Tags} />,
      }}
    />
  );
}

/** IAM deletes no role that has policies. Instance profiles are somebody else's, so they stay in the way. */
async function remove(RoleName: string): Promise<void> {
  const { InstanceProfiles: profiles = [] } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }));
  if (profiles.length === 0) await strip(ofRole(RoleName));
  await iam.send(new DeleteRoleCommand({ RoleName }));
}
