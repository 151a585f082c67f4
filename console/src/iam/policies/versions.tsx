/** What a policy says: one version, or two of them beside each other, with what differs marked. Another one is written here. */

import { CreatePolicyVersionCommand, SetDefaultPolicyVersionCommand, type PolicyVersion } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState, type ReactElement } from "react";
import { Dialog } from "../../parts/dialog";
import { ago } from "../../parts/moment";
import { Refusal } from "../../parts/refusal";
import { Editor } from "../../policy/editor";
import { Statements } from "../../policy/statements";
import { useAnswer } from "../../session/answer";
import { iam } from "../../session/iam";
import { address, go } from "../../start/place";
import { texts } from "../../texts/english";
import { difference, type Line } from "./difference";
import { documentOf } from "./read";

const words = texts.policyPage;

interface VersionsProps {
  readonly arn: string;
  readonly versions: readonly PolicyVersion[];
  /** Whether it is a policy of the account. */
  readonly canWrite: boolean;
  readonly query: URLSearchParams;
  readonly onChanged: () => void;
}

export function Versions({ arn, versions, canWrite, query, onChanged }: VersionsProps): ReactElement {
  const standard = versions.find((each) => each.IsDefaultVersion)?.VersionId ?? "v1";
  const shown = query.get("version") ?? standard;
  const beside = query.get("beside") ?? "";
  const [answer, again] = useAnswer(
    () => Promise.all([documentOf(arn, shown), beside ? documentOf(arn, beside) : undefined]),
    [arn, shown, beside, versions],
  );
  const [text, write] = useState<string>();
  const [isAsked, ask] = useState(false);
  const [document, other] = answer.state === "here" ? answer.value : [];
  const choose = (name: string, value: string) => go(changed(arn, query, name, value), { replace: true });
  const actions = canWrite && (
    <SpaceBetween direction="horizontal" size="xs">
      {shown !== standard && <Button onClick={() => ask(true)}>{words.makeDefault}</Button>}
      <Button disabled={document === undefined} onClick={() => write(document)}>{words.edit}</Button>
    </SpaceBetween>
  );
  return (
    <Container header={<Header variant="h2" description={words.versionsNote} actions={actions}>{words.says}</Header>}>
      <SpaceBetween size="m">
        <div className="two">
          <Choice label={words.version} versions={versions} chosen={shown} onChoose={(value) => choose("version", value)} />
          {versions.length > 1 && (
            <Choice label={words.beside} versions={versions.filter((each) => each.VersionId !== shown)} chosen={beside} none={words.noOther} onChoose={(value) => choose("beside", value)} />
          )}
        </div>
        {answer.state === "waiting" && <Spinner />}
        {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
        {document !== undefined && (other === undefined ? <Statements document={document} /> : <Beside left={document} right={other} />)}
      </SpaceBetween>
      {text !== undefined && (
        <Dialog
          title={words.edit}
          verb={words.save}
          size="large"
          act={() => iam.send(new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: text, SetAsDefault: true }))}
          onDone={() => {
            write(undefined);
            go(address("iam", "policies", arn), { replace: true });
            onChanged();
          }}
          onClose={() => write(undefined)}
        >
          <p>{words.editNote}</p>
          <Editor label={words.document} text={text} onChange={write} isOfIdentity />
        </Dialog>
      )}
      {isAsked && (
        <Dialog
          title={`${words.makeDefault}: ${shown}`}
          verb={words.makeDefault}
          act={() => iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId: shown }))}
          onDone={() => {
            ask(false);
            onChanged();
          }}
          onClose={() => ask(false)}
        >
          {words.makeDefaultNote}
        </Dialog>
      )}
    </Container>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly versions: readonly PolicyVersion[];
  readonly chosen: string;
  /** What is said for none of them, where that can be chosen. */
  readonly none?: string;
  readonly onChoose: (version: string) => void;
}

function Choice({ label, versions, chosen, none, onChoose }: ChoiceProps): ReactElement {
  const options = versions.map(({ VersionId: value = "", IsDefaultVersion: isDefault, CreateDate: made }) => ({
    value,
    label: `${value}${isDefault ? ` · ${words.isDefault}` : ""}`,
    description: made && ago(made),
  }));
  const all = none === undefined ? options : [{ value: "", label: none }, ...options];
  return (
    <Select
      ariaLabel={label}
      inlineLabelText={label}
      options={all}
      selectedOption={all.find(({ value }) => value === chosen) ?? null}
      onChange={({ detail }) => onChoose(detail.selectedOption.value ?? "")}
    />
  );
}

function Beside({ left, right }: { left: string; right: string }): ReactElement {
  const lines = difference(left.split("\n"), right.split("\n"));
  return (
    <div className="two beside">
      <Side lines={lines.map(({ left: text }) => text)} mark="−" name={words.version} />
      <Side lines={lines.map(({ right: text }) => text)} mark="+" name={words.beside} />
    </div>
  );
}

function Side({ lines, mark, name }: { lines: readonly Line[]; mark: string; name: string }): ReactElement {
  return (
    <pre tabIndex={0} role="region" aria-label={name}>
      {lines.map((line, index) => (
        <div key={index} className={line.differs ? `differs differs-${mark === "+" ? "more" : "less"}` : ""}>
          {line.differs && line.text !== undefined ? `${mark} ` : "  "}
          {line.text ?? ""}
        </div>
      ))}
    </pre>
  );
}

function changed(arn: string, query: URLSearchParams, name: string, value: string): string {
  const next = new URLSearchParams(query);
  if (value) next.set(name, value);
  else next.delete(name);
  return `${address("iam", "policies", arn)}${next.size ? `?${next}` : ""}`;
}
