/** A decision: the answer in a sentence, its path, and what would be enough. A fix is tried with one press. */

import type { ReactElement, ReactNode } from "react";
import { words } from "../texts/explain";
import { Fixes } from "./fixes";
import type { Change, Decision, Texts } from "./form";
import { Path } from "./path";

interface DecisionProps {
  readonly decision: Decision;
  readonly texts?: Texts | undefined;
  /** The decision with some changes; without it, nothing can be tried. */
  readonly onTry?: ((changes: readonly Change[]) => Promise<Decision>) | undefined;
  /** What can be done with a fix, beside trying it. */
  readonly applied?: ((changes: readonly Change[]) => ReactNode) | undefined;
}

export function DecisionShown({ decision, texts, onTry, applied }: DecisionProps): ReactElement {
  const { request } = decision;
  return (
    <div className="decision">
      <div className={`verdict verdict-${decision.decision}`} role="status">
        <h2>{words.verdicts[decision.decision]}</h2>
        <p className="sentence">{decision.sentence}</p>
        <p className="quiet name">
          <code>{request.action}</code> · <code>{request.resource}</code>
        </p>
      </div>
      {decision.steps !== undefined && <p>{words.tooLong(decision.steps)}</p>}
      <Path decision={decision} texts={texts} />
      {decision.missingKeys.length > 0 && (
        <p>
          {words.missing}: {decision.missingKeys.map((each) => <code key={each} className="value">{each}</code>)}
        </p>
      )}
      {decision.decision === "explicitDeny" && <p>{words.noFix}</p>}
      <Fixes decision={decision} onTry={onTry} applied={applied} />
    </div>
  );
}
