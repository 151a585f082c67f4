/** What a page asked the server for: not here yet, refused, or here. */

import { useCallback, useEffect, useState } from "react";

export type Answer<Value> =
  | { readonly state: "waiting" }
  | { readonly state: "refused"; readonly error: unknown }
  | { readonly state: "here"; readonly value: Value };

/** Asks when the page is shown, when one of `keys` changes, and when `again` is called. */
export function useAnswer<Value>(ask: () => Promise<Value>, keys: readonly unknown[]): [Answer<Value>, () => void] {
  const [answer, set] = useState<Answer<Value>>({ state: "waiting" });
  const [times, again] = useState(0);
  useEffect(() => {
    let isWanted = true;
    ask().then(
      (value) => isWanted && set({ state: "here", value }),
      (error: unknown) => isWanted && set({ state: "refused", error }),
    );
    return () => {
      isWanted = false;
    };
    // `ask` is another function each time; `keys` say what it asks for.
  }, [...keys, times]);
  return [answer, useCallback(() => again((before) => before + 1), [])];
}
