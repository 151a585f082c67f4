/** Makes a role: its name, and who may become it. */

import { CreateRoleCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type FormEvent, type ReactElement } from "react";
import { Refusal } from "../../parts/refusal";
import { Title } from "../../parts/title";
import { Editor } from "../../policy/editor";
import { useAct } from "../../session/act";
import { iam } from "../../session/iam";
import { seat } from "../../session/seat";
import { address, go } from "../../start/place";
import { texts } from "../../texts/english";

const words = texts.createRole;
const LIST = address("iam", "roles");
const TRUST = JSON.stringify(
  { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: seat.account }, Action: "sts:AssumeRole" }] },
  null,
  2,
);

export default function CreateRole(): ReactElement {
  const [name, rename] = useState("");
  const [note, describe] = useState("");
  const [trust, write] = useState(TRUST);
  const { isRunning, error, run } = useAct();
  const create = (event: FormEvent) => {
    event.preventDefault();
    const given = { RoleName: name, AssumeRolePolicyDocument: trust, ...(note && { Description: note }) };
    run(() => iam.send(new CreateRoleCommand(given)), () => go(address("iam", "roles", name)));
  };
  return (
    <form onSubmit={create}>
      <Title text={words.title} note={words.note} above={{ text: texts.roles.title, href: LIST }} />
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button href={LIST}>{texts.dialog.cancel}</Button>
            <Button variant="primary" formAction="submit" loading={isRunning} disabled={name === ""}>
              {words.title}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <Container>
            <SpaceBetween size="l">
              <FormField label={words.name} constraintText={words.nameNote}>
                <Input value={name} onChange={({ detail }) => rename(detail.value)} spellcheck={false} autoFocus />
              </FormField>
              <FormField label={words.described}>
                <Input value={note} onChange={({ detail }) => describe(detail.value)} />
              </FormField>
              <Editor label={words.trust} text={trust} onChange={write} />
            </SpaceBetween>
          </Container>
          {error !== undefined && <Refusal error={error} />}
        </SpaceBetween>
      </Form>
    </form>
  );
}
