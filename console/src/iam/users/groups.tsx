/** The groups that a user is in: they hold the permissions of the groups too. */

import { AddUserToGroupCommand, ListGroupsCommand, ListGroupsForUserCommand, RemoveUserFromGroupCommand, type Group } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import Spinner from "@cloudscape-design/components/spinner";
import { useState, type ReactElement } from "react";
import { Dialog } from "../../parts/dialog";
import { Empty } from "../../parts/empty";
import { Refusal } from "../../parts/refusal";
import { useAnswer } from "../../session/answer";
import { iam } from "../../session/iam";
import { all, MOST } from "../../session/walk";
import { address } from "../../start/place";
import { texts } from "../../texts/english";

const words = texts.groupsOfUser;
type Open = { readonly what: "join" } | { readonly what: "leave"; readonly group: string };

export function Groups({ name: UserName }: { name: string }): ReactElement {
  const [answer, again] = useAnswer(() => groupsOf(UserName), [UserName]);
  const [open, set] = useState<Open>();
  const groups = answer.state === "here" ? answer.value : [];
  const close = () => set(undefined);
  const done = () => {
    close();
    again();
  };
  const join = <Button onClick={() => set({ what: "join" })}>{words.join}</Button>;
  return (
    <Container header={<Header variant="h2" description={words.note} actions={join}>{words.title}</Header>}>
      {answer.state === "waiting" && <Spinner />}
      {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
      {answer.state === "here" && groups.length === 0 && <Empty title={words.none} note={words.noneNote} />}
      <ul className="plain">
        {groups.map(({ GroupName: group = "" }) => (
          <li key={group}>
            <Link href={address("iam", "groups", group)}>{group}</Link>{" "}
            <Button variant="inline-link" ariaLabel={`${words.leave}: ${group}`} onClick={() => set({ what: "leave", group })}>{words.leave}</Button>
          </li>
        ))}
      </ul>
      {open?.what === "join" && <Join name={UserName} onDone={done} onClose={close} />}
      {open?.what === "leave" && (
        <Dialog
          title={`${words.leave}: ${open.group}`}
          verb={words.leave}
          act={() => iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName: open.group }))}
          onDone={done}
          onClose={close}
        >
          {texts.room.takenNote}
        </Dialog>
      )}
    </Container>
  );
}

function Join({ name, onDone, onClose }: { name: string; onDone: () => void; onClose: () => void }): ReactElement {
  const [answer] = useAnswer(allGroups, []);
  const [chosen, choose] = useState<SelectProps.Option | null>(null);
  const groups = answer.state === "here" ? answer.value : [];
  return (
    <Dialog
      title={words.join}
      verb={words.join}
      isReady={chosen !== null}
      act={() => iam.send(new AddUserToGroupCommand({ UserName: name, GroupName: chosen?.value }))}
      onDone={onDone}
      onClose={onClose}
    >
      {answer.state === "refused" && <Refusal error={answer.error} />}
      <FormField label={words.group}>
        <Select
          selectedOption={chosen}
          onChange={({ detail }) => choose(detail.selectedOption)}
          options={groups.map(({ GroupName: value }) => ({ label: value, value }))}
          filteringType="auto"
          filteringAriaLabel={texts.list.filter}
          filteringPlaceholder={texts.list.filter}
          filteringClearAriaLabel={texts.list.clear}
          placeholder={words.choose}
          statusType={answer.state === "waiting" ? "loading" : "finished"}
          empty={texts.groups.none}
        />
      </FormField>
    </Dialog>
  );
}

function groupsOf(UserName: string): Promise<Group[]> {
  return all(async (Marker) => {
    const { Groups: items = [], Marker: next } = await iam.send(new ListGroupsForUserCommand({ UserName, Marker, MaxItems: MOST }));
    return { items, next };
  });
}

function allGroups(): Promise<Group[]> {
  return all(async (Marker) => {
    const { Groups: items = [], Marker: next } = await iam.send(new ListGroupsCommand({ Marker, MaxItems: MOST }));
    return { items, next };
  });
}
