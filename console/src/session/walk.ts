/**
 * A list of the server, which answers it in pages.
 *
 * 1. Only what is looked at is asked for: the first page, then more when somebody goes on.
 * 2. Who filters or sorts wants all of it, so then the rest is asked for, MOST at a time.
 * 3. What is refused stands beside what was answered before.
 */

import { useCallback, useEffect, useRef, useState } from "react";

export interface Batch<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; undefined after the last one. */
  readonly next?: string | undefined;
}

export interface Walk<Item> {
  readonly items: readonly Item[];
  readonly isWaiting: boolean;
  /** Whether there is no more. */
  readonly isWhole: boolean;
  readonly error?: unknown;
  readonly more: () => void;
  readonly rest: () => void;
  readonly again: () => void;
}

export const MOST = 1000;

interface Known<Item> {
  readonly items: readonly Item[];
  readonly next?: string | undefined;
  readonly error?: unknown;
  readonly isWaiting: boolean;
}

/** Begins when the page is shown, and again when one of `keys` changes. */
export function useWalk<Item>(
  ask: (from: string | undefined) => Promise<Batch<Item>>,
  keys: readonly unknown[],
): Walk<Item> {
  const [known, set] = useState<Known<Item>>({ items: [], isWaiting: true });
  const turn = useRef(0);
  const walk = useCallback(async (from: string | undefined, before: readonly Item[], all: boolean) => {
    const mine = ++turn.current;
    let [next, items] = [from, before];
    set({ items, next, isWaiting: true });
    try {
      do {
        const batch = await ask(next);
        if (turn.current !== mine) return;
        items = [...items, ...batch.items];
        next = batch.next;
        set({ items, next, isWaiting: all && next !== undefined });
      } while (all && next !== undefined);
    } catch (error) {
      if (turn.current === mine) set({ items, next, error, isWaiting: false });
    }
  }, keys);
  useEffect(() => void walk(undefined, [], false), [walk]);
  return {
    ...known,
    isWhole: !known.isWaiting && known.next === undefined && known.error === undefined,
    more: () => void walk(known.next, known.items, false),
    rest: () => void walk(known.next, known.items, true),
    again: () => void walk(undefined, [], false),
  };
}

/** All of a list that is short. */
export async function all<Item>(ask: (from: string | undefined) => Promise<Batch<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let next: string | undefined;
  do {
    const batch = await ask(next);
    items.push(...batch.items);
    next = batch.next;
  } while (next !== undefined);
  return items;
}
