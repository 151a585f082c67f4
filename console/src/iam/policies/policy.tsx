/** A managed policy: what it says, its versions side by side, and to whom it is attached. */

import { DeletePolicyCommand, DeletePolicyVersionCommand, GetPolicyCommand, ListPolicyVersionsCommand, type Policy, type PolicyVersion } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
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
import { AttachedTo } from "./attached";
import { Versions } from "./versions";

const words = texts.policyPage;
const LIST = address("iam", "policies");

export default function PolicyPage({ params: { arn = "" }, query }: PageProps): ReactElement {
  const [answer, again] = useAnswer(() => known(arn), [arn]);
  const [isAsked, ask] = useState(false);
  const found = answer.state === "here" ? answer.value : undefined;
  const isOurs = !arn.includes(":iam::aws:");
  return (
    <SpaceBetween size="l">
      <Title
        text={found?.policy.PolicyName ?? arn.split("/").at(-1) ?? arn}
        note={found?.policy.Description}
        above={{ text: texts.policies.title, href: LIST }}
        actions={isOurs && <Button disabled={!found} onClick={() => ask(true)}>{words.delete}</Button>}
      />
      {answer.state === "waiting" && <Spinner size="large" />}
      {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
      {found && (
        <>
          <Versions arn={arn} versions={found.versions} canWrite={isOurs} query={query} onChanged={again} />
          <AttachedTo arn={arn} />
          <Container>
            <Known policy={found.policy} />
          </Container>
        </>
      )}
      {isAsked && found && (
        <Dialog
          title={words.deleteOne(found.policy.PolicyName ?? "")}
          verb={words.delete}
          act={() => remove(arn, found)}
          onDone={() => go(LIST)}
          onClose={() => ask(false)}
        >
          {words.deleteNote}
        </Dialog>
      )}
    </SpaceBetween>
  );
}

interface Found {
  readonly policy: Policy;
  /** The newest first. */
  readonly versions: readonly PolicyVersion[];
}

function Known({ policy }: { policy: Policy }): ReactElement {
  return (
    <Facts
      facts={{
        [words.arn]: <span className="mono">{policy.Arn}</span>,
        [words.created]: <Moment at={policy.CreateDate} />,
        [words.changed]: <Moment at={policy.UpdateDate} />,
        [words.tags]: <Tags tags={policy.Tags} />,
      }}
    />
  );
}

async function known(PolicyArn: string): Promise<Found> {
  const [{ Policy: policy = {} }, { Versions: versions = [] }] = await Promise.all([
    iam.send(new GetPolicyCommand({ PolicyArn })),
    iam.send(new ListPolicyVersionsCommand({ PolicyArn })),
  ]);
  return { policy, versions };
}

/** IAM deletes no policy that has other versions, or is attached: the latter stays in the way. */
async function remove(PolicyArn: string, { policy, versions }: Found): Promise<void> {
  if (!policy.AttachmentCount)
    for (const { VersionId, IsDefaultVersion: isDefault } of versions)
      if (!isDefault) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  await iam.send(new DeletePolicyCommand({ PolicyArn }));
}
