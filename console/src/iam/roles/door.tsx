/** The door: who may become the role, and on what conditions. */

import { UpdateAssumeRolePolicyCommand, type Role } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState, type ReactElement } from "react";
import { Dialog } from "../../parts/dialog";
import { decoded } from "../../policy/document";
import { Editor } from "../../policy/editor";
import { Statements } from "../../policy/statements";
import { iam } from "../../session/iam";
import { texts } from "../../texts/english";

const words = texts.door;

export function Door({ role, onChanged }: { role: Role; onChanged: () => void }): ReactElement {
  const document = decoded(role.AssumeRolePolicyDocument);
  const [text, write] = useState<string>();
  return (
    <Container
      header={
        <Header variant="h2" description={words.note} actions={<Button onClick={() => write(document)}>{words.edit}</Button>}>
          {words.title}
        </Header>
      }
    >
      <Statements document={document} />
      {text !== undefined && (
        <Dialog
          title={words.edit}
          verb={words.save}
          size="large"
          act={() => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: role.RoleName, PolicyDocument: text }))}
          onDone={() => {
            write(undefined);
            onChanged();
          }}
          onClose={() => write(undefined)}
        >
          <Editor label={words.document} text={text} onChange={write} />
        </Dialog>
      )}
    </Container>
  );
}
