/** Something that a person has the server do, from a button: it runs once, and a refusal stays to be read. */

import { useCallback, useState } from "react";

export interface Act {
  readonly isRunning: boolean;
  readonly error?: unknown;
  readonly run: (act: () => Promise<unknown>, done?: () => void) => void;
}

export function useAct(): Act {
  const [state, set] = useState<{ isRunning: boolean; error?: unknown }>({ isRunning: false });
  const run = useCallback((act: () => Promise<unknown>, done?: () => void) => {
    set({ isRunning: true });
    act().then(
      () => {
        set({ isRunning: false });
        done?.();
      },
      (error: unknown) => set({ isRunning: false, error }),
    );
  }, []);
  return { ...state, run };
}
