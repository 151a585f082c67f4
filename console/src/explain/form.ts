/** An explanation, as the server tells it: docs/explaining.md is its manual. */

export type Says = "denies" | "allows" | "lacks" | "silent";

export interface Compared {
  readonly element: string;
  readonly operator?: string;
  readonly key?: string;
  readonly expected: readonly string[];
  readonly actual: string | readonly string[] | null;
  readonly holds: boolean;
  readonly span?: readonly [number, number] | null;
}

export interface Cited {
  readonly policy: string;
  readonly level?: string;
  readonly statement: number;
  readonly sid: string | null;
  readonly effect: "Allow" | "Deny";
  readonly applies: boolean;
  readonly compared: readonly Compared[];
  readonly span?: readonly [number, number] | null;
}

export interface Station {
  readonly policyType: string;
  readonly called: string;
  readonly level?: string;
  readonly says: Says;
  readonly statements: readonly Cited[];
}

export type Change =
  | { readonly change: "add"; readonly policyType: string; readonly statement: Readonly<Record<string, unknown>> }
  | {
      readonly change: "widen";
      readonly policyType: string;
      readonly policy: string;
      readonly statement: number;
      readonly resource: string;
    };

export interface Fix {
  readonly changes: readonly Change[];
}

export interface Decision {
  readonly decision: "allow" | "implicitDeny" | "explicitDeny";
  readonly sentence: string;
  readonly request: {
    readonly principal: string;
    readonly action: string;
    readonly resource: string;
    readonly context?: Readonly<Record<string, string | readonly string[]>>;
  };
  readonly path: readonly Station[];
  readonly decidedBy: { readonly policyType: string; readonly policy: string | null; readonly statement: number | null; readonly level?: string } | null;
  readonly missingKeys: readonly string[];
  readonly fixes: readonly Fix[];
  readonly steps?: number;
}

export interface Explanation {
  readonly version: number;
  readonly decisions: readonly Decision[];
  readonly event?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string; readonly policy?: string; readonly span?: readonly [number, number] | null };
}

/** What is wrong or doubtful in a policy document. */
export interface Finding {
  readonly level: string;
  readonly code: string;
  readonly details: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** The texts of the documents that statements are of, by what the explanation calls them. */
export type Texts = Readonly<Record<string, string>>;
