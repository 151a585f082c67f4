/** What the server said when it didn't do something: its own sentence, and the id by which the reasons are found. */

import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { ReactElement } from "react";
import { SignedInAnew } from "../session/credentials";
import { texts } from "../texts/english";

/** The playground alone has no page that does. */
const CAN_EXPLAIN = location.pathname.startsWith("/console");

interface RefusalProps {
  readonly error: unknown;
  readonly onAgain?: (() => void) | undefined;
}

export function Refusal({ error, onAgain }: RefusalProps): ReactElement {
  const { heading, sentence, requestId } = told(error);
  return (
    <Alert type="error" header={heading} action={action(error, onAgain)}>
      <div className="sentence">{sentence}</div>
      {requestId && (
        <div className="quiet">
          {texts.refusal.requestId} <code>{requestId}</code>{" "}
          {CAN_EXPLAIN && <a href={`/console/explain/${requestId}`}>{texts.refusal.explain}</a>}
        </div>
      )}
    </Alert>
  );
}

interface Told {
  readonly heading: string;
  readonly sentence: string;
  readonly requestId?: string | undefined;
}

/** An error of the SDK has the server's sentence as its message. */
export function told(error: unknown): Told {
  if (error instanceof SignedInAnew) return { heading: texts.refusal.anew, sentence: error.message };
  if (error instanceof TypeError) return { heading: texts.refusal.away, sentence: texts.refusal.awayNote };
  if (!(error instanceof Error)) return { heading: texts.refusal.broken, sentence: String(error) };
  const { $metadata: answer } = error as { $metadata?: { httpStatusCode?: number; requestId?: string } };
  if (!answer?.httpStatusCode) return { heading: texts.refusal.broken, sentence: error.message };
  const heading = answer.httpStatusCode === 403 ? texts.refusal.denied : texts.refusal.refused;
  return { heading, sentence: error.message || error.name, requestId: answer.requestId };
}

function action(error: unknown, onAgain?: () => void): ReactElement | undefined {
  if (error instanceof SignedInAnew) return <Button onClick={() => location.reload()}>{texts.refusal.reload}</Button>;
  return onAgain && <Button onClick={onAgain}>{texts.refusal.again}</Button>;
}
