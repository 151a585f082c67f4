/** Writes an inline policy: a new one, or an old one again. */

import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog";
import { Editor } from "../policy/editor";
import { texts } from "../texts/english";
import type { Holder } from "./permissions";

const words = texts.room;

interface InlineProps {
  readonly holder: Holder;
  /** Empty for a new one. */
  readonly name: string;
  readonly document: string;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function InlineDialog({ holder, name: before, document, onDone, onClose }: InlineProps): ReactElement {
  const [name, rename] = useState(before);
  const [text, write] = useState(document);
  return (
    <Dialog title={before || words.write} verb={words.save} isReady={name !== ""} act={() => holder.write(name, text)} onDone={onDone} onClose={onClose} size="large">
      {!before && (
        <FormField label={words.name}>
          <Input value={name} onChange={({ detail }) => rename(detail.value)} spellcheck={false} />
        </FormField>
      )}
      <Editor label={words.document} text={text} onChange={write} isOfIdentity />
    </Dialog>
  );
}
