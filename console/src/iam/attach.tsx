/** Chooses a managed policy, of the account's and of AWS's, and attaches it. */

import { ListPoliciesCommand, type Policy } from "@aws-sdk/client-iam";
import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog";
import { Refusal } from "../parts/refusal";
import { useAnswer } from "../session/answer";
import { iam } from "../session/iam";
import { all, MOST } from "../session/walk";
import { texts } from "../texts/english";
import type { Holder } from "./permissions";

const words = texts.room;

export function AttachDialog({ holder, onDone, onClose }: { holder: Holder; onDone: () => void; onClose: () => void }): ReactElement {
  const [answer] = useAnswer(() => Promise.all([policies("Local"), policies("AWS")]), []);
  const [chosen, choose] = useState<SelectProps.Option | null>(null);
  const [own, aws] = answer.state === "here" ? answer.value : [[], []];
  return (
    <Dialog title={words.attach} verb={words.attach} isReady={chosen !== null} act={() => holder.attach(chosen?.value ?? "")} onDone={onDone} onClose={onClose}>
      {answer.state === "refused" && <Refusal error={answer.error} />}
      <FormField label={words.policy} description={words.attachNote}>
        <Select
          selectedOption={chosen}
          onChange={({ detail }) => choose(detail.selectedOption)}
          options={[
            { label: words.own, options: own.map(option) },
            { label: words.aws, options: aws.map(option) },
          ]}
          filteringType="auto"
          filteringAriaLabel={texts.list.filter}
          filteringPlaceholder={texts.list.filter}
          filteringClearAriaLabel={texts.list.clear}
          placeholder={words.choose}
          virtualScroll
          statusType={answer.state === "waiting" ? "loading" : "finished"}
          loadingText={texts.list.waiting}
          empty={words.noPolicies}
        />
      </FormField>
    </Dialog>
  );
}

function option({ PolicyName: label, Arn: value }: Policy): SelectProps.Option {
  return { label, value };
}

function policies(Scope: "Local" | "AWS"): Promise<Policy[]> {
  return all(async (Marker) => {
    const { Policies: items = [], Marker: next } = await iam.send(new ListPoliciesCommand({ Scope, Marker, MaxItems: MOST }));
    return { items, next };
  });
}
