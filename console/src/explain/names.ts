/** What types of policy, and policies, are called. */

import { words } from "../texts/explain";

interface Named {
  readonly policyType: string;
  readonly called?: string;
}

export function named({ policyType, called }: Named): string {
  return called === "trust" ? words.trust : (words.types[policyType] ?? policyType);
}

/** For a narrow place. */
export function short({ policyType, called }: Named): string {
  return called === "trust" ? words.shortTrust : (words.short[policyType] ?? policyType);
}

/** The name of a policy; empty for one that is only a place in a case. */
export function policyName(policy: string): string {
  return /^(?:resource|[a-zA-Z]+(?:\[\d+\])+)$/.test(policy) ? "" : policy;
}
