/** What would be enough for a refused request: each fix as what it changes, and with what would come of it. */

import Button from "@cloudscape-design/components/button";
import { useEffect, useState, type ReactElement, type ReactNode } from "react";
import { words } from "../texts/explain";
import type { Change, Decision, Fix } from "./form";
import { named, policyName } from "./names";
import { Path } from "./path";

interface FixesProps {
  readonly decision: Decision;
  readonly onTry?: ((changes: readonly Change[]) => Promise<Decision>) | undefined;
  readonly applied?: ((changes: readonly Change[]) => ReactNode) | undefined;
}

export function Fixes({ decision, onTry, applied }: FixesProps): ReactElement | null {
  if (decision.fixes.length === 0) return null;
  return (
    <section className="fixes">
      <h2>{words.fixes}</h2>
      {decision.fixes.map((fix, index) => (
        <FixShown key={index} heading={index === 0 ? words.smallest : words.wider} decision={decision} fix={fix} onTry={onTry} applied={applied} />
      ))}
    </section>
  );
}

function FixShown({ heading, decision, fix, onTry, applied }: FixesProps & { heading: string; fix: Fix }): ReactElement {
  const [tried, set] = useState<Decision>();
  const [problem, fail] = useState("");
  const [isTrying, begin] = useState(false);
  useEffect(() => set(undefined), [decision]);
  const attempt = async () => {
    begin(true);
    try {
      set(await onTry?.(fix.changes));
      fail("");
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
    begin(false);
  };
  return (
    <div className="fix">
      <h3>{heading}</h3>
      {fix.changes.map((change, index) => (
        <div key={index}>
          <p className="name">{said(change, decision)}</p>
          <pre className="document">{change.change === "add" ? JSON.stringify(change.statement, null, 2) : JSON.stringify(change.resource)}</pre>
        </div>
      ))}
      {onTry && (
        <Button onClick={attempt} loading={isTrying}>
          {words.tryIt}
        </Button>
      )}
      {problem && <p role="alert">{problem}</p>}
      {tried && (
        <div className="tried">
          <h4 role="status">
            {words.tried}: {words.verdicts[tried.decision]}
          </h4>
          <p className="quiet">{words.triedNote}</p>
          <Path decision={tried} />
          {tried.decision === "allow" && applied?.(fix.changes)}
        </div>
      )}
    </div>
  );
}

function said(change: Change, decision: Decision): string {
  const station = decision.path.find((each) => each.policyType === change.policyType);
  const type = named(station ?? change);
  return change.change === "add" ? words.add(type) : words.widen(type, policyName(change.policy), change.statement);
}
