/** A point in time, as people say it, with the exact one behind it. */

import type { ReactElement } from "react";
import { texts } from "../texts/english";

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export function Moment({ at }: { at: Date | undefined }): ReactElement {
  if (!at) return <span className="quiet">{texts.never}</span>;
  return (
    <time dateTime={at.toISOString()} title={at.toISOString()}>
      {ago(at)}
    </time>
  );
}

export function ago(at: Date, now: number = Date.now()): string {
  const seconds = (at.getTime() - now) / 1000;
  for (const [unit, length] of UNITS)
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  return texts.now;
}
