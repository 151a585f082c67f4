/**
 * No text becomes markup: the server forbids it (Trusted Types, gateway/console/page.py). The one exception is
 * DOMParser, by which the SDK reads the XML of answers: nothing in what it reads runs or is shown.
 *
 * Source: W3C, "Trusted Types", the default policy.
 */

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string, type: string, sink: string): string | null }): unknown;
}

declare global {
  interface Window {
    readonly trustedTypes?: TrustedTypes;
  }
}

const READS_ONLY = "DOMParser parseFromString";

export function allowNoMarkup(): void {
  window.trustedTypes?.createPolicy("default", { createHTML: (text, _, sink) => (sink === READS_ONLY ? text : null) });
}
