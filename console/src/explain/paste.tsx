/** Explains what somebody pastes: a request id, the sentence of a refusal, an encoded message. */

import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { useState, type FormEvent, type ReactElement } from "react";
import { address, go } from "../start/place";
import { words } from "../texts/explain";

/** What was pasted and is no request id, by the name that its address has. It is forgotten with the page. */
export const PASTED = new Map<string, string>();

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

export function Paste(): ReactElement {
  const [text, set] = useState("");
  const explain = (submitted: FormEvent) => {
    submitted.preventDefault();
    const pasted = text.trim();
    if (pasted !== "") go(address("explain", named(pasted)));
  };
  return (
    <form className="part" onSubmit={explain}>
      <FormField label={words.explorer.pasted} description={words.explorer.pastedNote} stretch>
        <Textarea value={text} rows={2} spellcheck={false} onChange={({ detail }) => set(detail.value)} />
      </FormField>
      <div>
        <Button formAction="submit" variant="primary">
          {words.explorer.explain}
        </Button>
      </div>
    </form>
  );
}

/** The request id in it, where there is one: programs print it beside the sentence. */
function named(pasted: string): string {
  const found = ID.exec(pasted)?.[0];
  if (found !== undefined || pasted.length <= 40) return found ?? pasted;
  const name = `pasted-${PASTED.size + 1}`;
  PASTED.set(name, pasted);
  return name;
}
