/** Composes a request that nobody sent. What it asks for is in the address. */

import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useState, type FormEvent, type ReactElement } from "react";
import { contextOf } from "../playground/case";
import { address, go } from "../start/place";
import { words } from "../texts/explain";
import type { Access } from "./ask";

const { fields } = words;

export function Compose({ access }: { access?: Access }): ReactElement {
  const [given, set] = useState({
    principal: access?.principalArn ?? "",
    action: access?.action ?? "",
    resource: access?.resource ?? "*",
    context: lines(access?.context ?? {}),
  });
  const [problem, tell] = useState("");
  const explain = (submitted: FormEvent) => {
    submitted.preventDefault();
    try {
      contextOf(given.context);
      go(`${address("explain")}?${new URLSearchParams(given)}`);
    } catch (error) {
      tell(fields.contextWrong(error instanceof Error ? error.message : ""));
    }
  };
  const put = (name: keyof typeof given) => ({ detail }: { detail: { value: string } }) => set((before) => ({ ...before, [name]: detail.value }));
  return (
    <ExpandableSection headerText={words.explorer.composed} defaultExpanded={access !== undefined}>
      <form className="part" onSubmit={explain}>
        <FormField label={fields.principal} description={fields.principalNote} stretch>
          <Input value={given.principal} spellcheck={false} onChange={put("principal")} />
        </FormField>
        <FormField label={fields.action} stretch>
          <Input value={given.action} spellcheck={false} placeholder="s3:GetObject" onChange={put("action")} />
        </FormField>
        <FormField label={fields.resource} description={fields.resourceNote} stretch>
          <Input value={given.resource} spellcheck={false} onChange={put("resource")} />
        </FormField>
        <FormField label={fields.context} description={fields.contextNote} errorText={problem} stretch>
          <Textarea value={given.context} rows={3} spellcheck={false} onChange={put("context")} />
        </FormField>
        <div>
          <Button formAction="submit">{words.explorer.explain}</Button>
        </div>
      </form>
    </ExpandableSection>
  );
}

/** The request in an address; undefined where there is none. */
export function accessOf(query: URLSearchParams): Access | undefined {
  const [principalArn, action, resource] = ["principal", "action", "resource"].map((name) => query.get(name)?.trim() ?? "");
  if (!principalArn || !action || !resource) return undefined;
  try {
    const context = Object.entries(contextOf(query.get("context") ?? "")).map(([key, value]) => [key, typeof value === "string" ? [value] : value]);
    return { principalArn, action, resource, context: Object.fromEntries(context) };
  } catch {
    return undefined;
  }
}

function lines(context: Access["context"]): string {
  return Object.entries(context).flatMap(([key, values]) => values.map((value) => `${key}=${value}`)).join("\n");
}
