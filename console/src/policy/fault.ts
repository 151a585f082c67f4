/**
 * What is wrong with a policy, and where: the line, with a caret under the fault.
 *
 * 1. JSON is read here, since the browser says where it ends to be JSON.
 * 2. Then the server is asked, by an operation that reads a policy and changes nothing. Its sentence names what it
 *    doesn't take, in quotes: there the fault is.
 */

import { GetContextKeysForCustomPolicyCommand } from "@aws-sdk/client-iam";
import { iam } from "../session/iam";

export interface Fault {
  readonly sentence: string;
  /** Where it is in the text, if that is known. */
  readonly at?: number | undefined;
}

/** What is wrong with the JSON. */
export function syntaxFault(text: string): Fault | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return { sentence: sentence.replace(/ in JSON at position .*$/, ""), at: position(sentence, text) };
  }
}

/** What the server says is wrong with an identity policy. Whoever may not ask is told nothing. */
export async function policyFault(text: string): Promise<Fault | undefined> {
  try {
    await iam.send(new GetContextKeysForCustomPolicyCommand({ PolicyInputList: [text] }));
    return undefined;
  } catch (error) {
    if (!(error instanceof Error && error.name.startsWith("InvalidInput"))) return undefined;
    const sentence = error.message.replace(/^PolicyInputList\.1 is not a valid policy: /, "");
    return { sentence, at: named(sentence, text) };
  }
}

/** The line of a place in a text, and how far into the line it is; both begin with 0. */
export function lineOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split("\n");
  return { line: before.length - 1, column: before.at(-1)?.length ?? 0 };
}

function position(sentence: string, text: string): number | undefined {
  const exact = /position (\d+)/.exec(sentence);
  if (exact) return Number(exact[1]);
  const [, line, column] = /line (\d+) column (\d+)/.exec(sentence) ?? [];
  if (line && column) return text.split("\n").slice(0, Number(line) - 1).join("\n").length + Number(column);
  return /end of (?:JSON|data)|Unterminated|EOF/i.test(sentence) ? text.length : undefined;
}

/** Where the first word is that the sentence has in quotes, or calls an element. */
function named(sentence: string, text: string): number | undefined {
  const quoted = /'([^']+)'|"([^"]+)"/.exec(sentence);
  const word = quoted ? (quoted[1] ?? quoted[2] ?? "") : (/\b(Effect|Action|Resource|Principal|Condition|Version|Sid|Statement)\b/.exec(sentence)?.[1] ?? "");
  const at = word ? text.indexOf(JSON.stringify(word).slice(0, -1)) : -1;
  return at < 0 ? undefined : at;
}
