/** What is known of one thing: names and values. */

import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ReactElement, ReactNode } from "react";

export function Facts({ facts }: { facts: Readonly<Record<string, ReactNode>> }): ReactElement {
  return <KeyValuePairs columns={3} items={Object.entries(facts).map(([label, value]) => ({ label, value: value ?? "–" }))} />;
}

export function Tags({ tags }: { tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined }): ReactElement {
  if (!tags?.length) return <span className="quiet">–</span>;
  return (
    <>
      {tags.map(({ Key, Value }) => (
        <code key={Key} className="chip">
          {Key} = {Value}
        </code>
      ))}
    </>
  );
}
