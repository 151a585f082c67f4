/** Makes a managed policy, which the server reads while it is written. */

import { CreatePolicyCommand } from "@aws-sdk/client-iam";
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
import { FIRST } from "../../policy/document";
import { useAct } from "../../session/act";
import { iam } from "../../session/iam";
import { address, go } from "../../start/place";
import { texts } from "../../texts/english";

const words = texts.createPolicy;
const LIST = address("iam", "policies");

export default function CreatePolicy(): ReactElement {
  const [name, rename] = useState("");
  const [note, describe] = useState("");
  const [text, write] = useState(FIRST);
  const { isRunning, error, run } = useAct();
  const create = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      const given = { PolicyName: name, PolicyDocument: text, ...(note && { Description: note }) };
      const { Policy: made } = await iam.send(new CreatePolicyCommand(given));
      go(address("iam", "policies", made?.Arn ?? ""));
    });
  };
  return (
    <form onSubmit={create}>
      <Title text={words.title} note={words.note} above={{ text: texts.policies.title, href: LIST }} />
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
              <Editor label={words.document} text={text} onChange={write} isOfIdentity />
            </SpaceBetween>
          </Container>
          {error !== undefined && <Refusal error={error} />}
        </SpaceBetween>
      </Form>
    </form>
  );
}
