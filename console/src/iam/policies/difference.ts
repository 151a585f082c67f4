/** What differs between two texts, line by line: the longest common subsequence stays, the rest is marked. */

export interface Line {
  /** Undefined where the other side has a line that this one hasn't. */
  readonly text?: string;
  readonly differs: boolean;
}

export interface Pair {
  readonly left: Line;
  readonly right: Line;
}

export function difference(left: readonly string[], right: readonly string[]): Pair[] {
  const common = lengths(left, right);
  const pairs: Pair[] = [];
  let [at, beside] = [0, 0];
  while (at < left.length || beside < right.length) {
    const [one, other] = [left[at], right[beside]];
    if (one !== undefined && one === other) {
      pairs.push({ left: { text: one, differs: false }, right: { text: one, differs: false } });
      at++;
      beside++;
    } else if (one !== undefined && (other === undefined || common[at + 1]![beside]! >= common[at]![beside + 1]!)) {
      pairs.push({ left: { text: one, differs: true }, right: { differs: true } });
      at++;
    } else {
      pairs.push({ left: { differs: true }, right: { text: other ?? "", differs: true } });
      beside++;
    }
  }
  return pairs;
}

/** How many lines are common from each pair of places on. */
function lengths(left: readonly string[], right: readonly string[]): number[][] {
  const table = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let at = left.length - 1; at >= 0; at--)
    for (let beside = right.length - 1; beside >= 0; beside--)
      table[at]![beside] =
        left[at] === right[beside] ? table[at + 1]![beside + 1]! + 1 : Math.max(table[at + 1]![beside]!, table[at]![beside + 1]!);
  return table;
}
