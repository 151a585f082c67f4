/** The head of a page: where it belongs, what it is, what can be done. It has the focus when the page was come to,
 * unless something on the page wants it. */

import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import { useEffect, useRef, type ReactElement, type ReactNode } from "react";

interface TitleProps {
  readonly text: string;
  readonly note?: ReactNode;
  readonly counter?: string;
  readonly actions?: ReactNode;
  /** The list that it is of. */
  readonly above?: { readonly text: string; readonly href: string };
}

let isFirst = true;

export function Title({ text, note, counter, actions, above }: TitleProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    document.title = `${text} · Watchword`;
    const isElsewhere = !document.activeElement?.closest("main");
    if (!isFirst && isElsewhere) place.current?.focus();
    isFirst = false;
  }, [text]);
  return (
    <div ref={place} tabIndex={-1} className="title">
      {above && (
        <nav aria-label="Breadcrumb">
          <Link href={above.href}>{above.text}</Link> <span aria-hidden="true">/</span>
        </nav>
      )}
      <Header variant="h1" description={note} counter={counter} actions={actions}>
        {text}
      </Header>
    </div>
  );
}
