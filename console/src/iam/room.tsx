/** The room: what can be done by who holds these permissions, policy by policy. */

import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog";
import { Empty } from "../parts/empty";
import { Refusal } from "../parts/refusal";
import { FIRST } from "../policy/document";
import { Statements } from "../policy/statements";
import { useAnswer } from "../session/answer";
import { address } from "../start/place";
import { texts } from "../texts/english";
import { AttachDialog } from "./attach";
import { InlineDialog } from "./inline";
import type { Holder } from "./permissions";
import { documentOf } from "./policies/read";

const words = texts.room;

type Open = { readonly what: "attach" } | { readonly what: "write"; readonly name: string; readonly document: string };

export function Room({ holder, name, note }: { holder: Holder; name: string; note: string }): ReactElement {
  const [answer, again] = useAnswer(() => Promise.all([holder.attached(), holder.inline()]), [name]);
  const [open, set] = useState<Open>();
  const [attached, inline] = answer.state === "here" ? answer.value : [[], []];
  const done = () => {
    set(undefined);
    again();
  };
  const attach = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => set({ what: "attach" })}>{words.attach}</Button>
      <Button onClick={() => set({ what: "write", name: "", document: FIRST })}>{words.write}</Button>
    </SpaceBetween>
  );
  return (
    <Container header={<Header variant="h2" description={note} actions={attach}>{words.title}</Header>}>
      {answer.state === "waiting" && <Spinner />}
      {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
      {answer.state === "here" && attached.length + inline.length === 0 && <Empty title={words.none} note={words.noneNote} />}
      <SpaceBetween size="s">
        {attached.map(({ PolicyArn: arn = "", PolicyName }) => (
          <Held key={arn} name={PolicyName ?? arn} arn={arn} read={() => documentOf(arn)} remove={() => holder.detach(arn)} verb={words.detach} onGone={again} />
        ))}
        {inline.map((each) => (
          <Held
            key={each}
            name={each}
            read={() => holder.read(each)}
            remove={() => holder.remove(each)}
            verb={words.remove}
            onGone={again}
            onEdit={(document) => set({ what: "write", name: each, document })}
          />
        ))}
      </SpaceBetween>
      {open?.what === "attach" && <AttachDialog holder={holder} onDone={done} onClose={() => set(undefined)} />}
      {open?.what === "write" && <InlineDialog holder={holder} name={open.name} document={open.document} onDone={done} onClose={() => set(undefined)} />}
    </Container>
  );
}

interface HeldProps {
  readonly name: string;
  readonly arn?: string;
  readonly read: () => Promise<string>;
  readonly remove: () => Promise<unknown>;
  readonly verb: string;
  readonly onGone: () => void;
  readonly onEdit?: (document: string) => void;
}

/** One policy: what it says is asked for when it is opened. Those that belong here alone are open. */
function Held({ name, arn, read, remove, verb, onGone, onEdit }: HeldProps): ReactElement {
  const [isOpen, open] = useState(arn === undefined);
  const [isAsked, ask] = useState(false);
  return (
    <div className="held">
      <ExpandableSection
        headerText={name}
        headerDescription={arn ? words.managed : words.inline}
        expanded={isOpen}
        onChange={({ detail }) => open(detail.expanded)}
      >
        {isOpen && <Read read={read} onEdit={onEdit} />}
        <SpaceBetween direction="horizontal" size="xs">
          {arn && <Link href={address("iam", "policies", arn)}>{words.toPolicy}</Link>}
          <Button variant="inline-link" ariaLabel={`${verb}: ${name}`} onClick={() => ask(true)}>
            {verb}
          </Button>
        </SpaceBetween>
      </ExpandableSection>
      {isAsked && (
        <Dialog title={`${verb}: ${name}`} verb={verb} act={remove} onDone={onGone} onClose={() => ask(false)}>
          {words.takenNote}
        </Dialog>
      )}
    </div>
  );
}

function Read({ read, onEdit }: Pick<HeldProps, "read" | "onEdit">): ReactElement {
  const [answer, again] = useAnswer(read, []);
  if (answer.state === "waiting") return <Spinner />;
  if (answer.state === "refused") return <Refusal error={answer.error} onAgain={again} />;
  return (
    <>
      <Statements document={answer.value} />
      {onEdit && <Button variant="inline-link" onClick={() => onEdit(answer.value)}>{words.edit}</Button>}
    </>
  );
}
