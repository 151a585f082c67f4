/** To whom a policy is attached. */

import { ListEntitiesForPolicyCommand } from "@aws-sdk/client-iam";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactElement } from "react";
import { Empty } from "../../parts/empty";
import { Refusal } from "../../parts/refusal";
import { useAnswer } from "../../session/answer";
import { iam } from "../../session/iam";
import { all, MOST } from "../../session/walk";
import { address } from "../../start/place";
import { texts } from "../../texts/english";

const words = texts.policyPage;

interface Entity {
  readonly kind: "users" | "groups" | "roles";
  readonly name: string;
}

export function AttachedTo({ arn }: { arn: string }): ReactElement {
  const [answer, again] = useAnswer(() => entities(arn), [arn]);
  const found = answer.state === "here" ? answer.value : [];
  return (
    <Container header={<Header variant="h2" counter={found.length ? `(${found.length})` : ""}>{words.attached}</Header>}>
      {answer.state === "waiting" && <Spinner />}
      {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
      {answer.state === "here" && found.length === 0 && <Empty title={words.unattached} note={words.unattachedNote} />}
      <ul className="plain">
        {found.map(({ kind, name }) => (
          <li key={`${kind}/${name}`}>
            <Link href={address("iam", kind, name)}>{name}</Link> <span className="quiet">{words.kinds[kind]}</span>
          </li>
        ))}
      </ul>
    </Container>
  );
}

function entities(PolicyArn: string): Promise<Entity[]> {
  return all(async (Marker) => {
    const found = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, Marker, MaxItems: MOST }));
    const items: Entity[] = [
      ...(found.PolicyUsers ?? []).map(({ UserName: name = "" }) => ({ kind: "users" as const, name })),
      ...(found.PolicyGroups ?? []).map(({ GroupName: name = "" }) => ({ kind: "groups" as const, name })),
      ...(found.PolicyRoles ?? []).map(({ RoleName: name = "" }) => ({ kind: "roles" as const, name })),
    ];
    return { items, next: found.Marker };
  });
}
