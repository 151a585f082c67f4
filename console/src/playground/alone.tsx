/** The playground of `watchword playground`: one page, without an account (cli/playground). */

import { createRoot } from "react-dom/client";
import type { Explanation, Finding } from "../explain/form";
import { Title } from "../parts/title";
import { followColours } from "../start/colours";
import { allowNoMarkup } from "../start/markup";
import { words } from "../texts/explain";
import "../main.css";
import type { Kind } from "./case";
import { Playground } from "./playground";

async function post(path: string, given: unknown): Promise<unknown> {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(given),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function ask(line: Record<string, unknown>): Promise<Explanation> {
  return (await post("/case", line)) as Explanation;
}

/** A line of `watchword check` (docs/check.md). */
async function check(kind: Kind, document: string, ofRole: boolean): Promise<Finding[]> {
  const own = { boundary: "identity", session: "identity", resource: ofRole ? "trust" : "resource" } as Partial<Record<Kind, string>>;
  const told = (await post("/check", { kind: own[kind] ?? kind, document })) as { findings?: Finding[]; ours?: Finding[] };
  return [...(told.findings ?? []), ...(told.ours ?? [])];
}

allowNoMarkup();
followColours();
const element = document.getElementById("playground");
if (element) {
  createRoot(element).render(
    <main className="alone">
      <Title text={words.playground.title} note={words.playground.note} />
      <Playground ask={ask} check={check} />
    </main>,
  );
}
