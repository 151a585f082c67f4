/**
 * The path of a decision: a row of stations, and below it what the chosen one says.
 *
 * The row is a list of buttons, so that it is read and walked like one. It begins at the station that decided.
 */

import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useEffect, useId, useState, type ReactElement } from "react";
import { words } from "../texts/explain";
import type { Decision, Says, Station, Texts } from "./form";
import { named, short } from "./names";
import { Statement } from "./statement";

const SIGNS: Record<Says, StatusIndicatorProps.Type> = {
  denies: "error",
  allows: "success",
  lacks: "warning",
  silent: "stopped",
};

export function Path({ decision, texts }: { decision: Decision; texts?: Texts | undefined }): ReactElement {
  const decider = decision.path.findIndex((station) => decides(decision, station));
  const [chosen, choose] = useState(Math.max(decider, 0));
  const place = useId();
  useEffect(() => choose(Math.max(decider, 0)), [decision]);
  const station = decision.path[chosen] ?? decision.path[0];
  return (
    <div>
      <ol className="path" aria-label={words.path}>
        {decision.path.map((each, index) => (
          <li key={index} className={`station station-${each.says}${index === decider ? " station-decides" : ""}`}>
            <button type="button" aria-pressed={index === chosen} aria-controls={place} onClick={() => choose(index)}>
              <span className="station-name">{short(each)}</span>
              <StatusIndicator type={SIGNS[each.says]}>{words.says[each.says]}</StatusIndicator>
              {each.level && <span className="station-level">{each.level}</span>}
              {index === decider && <span className="station-decider">{words.decides}</span>}
            </button>
          </li>
        ))}
      </ol>
      {station && (
        <section id={place} className="station-told" aria-live="polite" aria-label={named(station)}>
          <h3>{station.level ? `${named(station)}: ${station.level}` : named(station)}</h3>
          <p>{words.saysLong[station.says]}</p>
          {station.statements.map((cited, index) => (
            <Statement
              key={index}
              cited={cited}
              text={texts?.[cited.policy]}
              isDecider={decides(decision, station) && cited.policy === decision.decidedBy?.policy && cited.statement === decision.decidedBy.statement}
            />
          ))}
        </section>
      )}
    </div>
  );
}

function decides({ decidedBy, path }: Decision, station: Station): boolean {
  if (decidedBy === null || station.policyType !== decidedBy.policyType) return false;
  if (decidedBy.level !== undefined) return station.level === decidedBy.level;
  const first = path.find((each) => each.policyType === decidedBy.policyType && (each.says === "lacks" || each.says === "denies"));
  return first === undefined || first === station;
}
