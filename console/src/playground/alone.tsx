/** The playground of `watchword playground`: one page, without an account (cli/playground). */

import { createRoot } from "react-dom/client";
import type { Explanation } from "../explain/form";
import { Title } from "../parts/title";
import { followColours } from "../start/colours";
import { allowNoMarkup } from "../start/markup";
import { words } from "../texts/explain";
import "../main.css";
import { Playground } from "./playground";

async function ask(line: Record<string, unknown>): Promise<Explanation> {
  const answer = await fetch("/case", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(line),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Explanation;
}

allowNoMarkup();
followColours();
const element = document.getElementById("playground");
if (element) {
  createRoot(element).render(
    <main className="alone">
      <Title text={words.playground.title} note={words.playground.note} />
      <Playground ask={ask} />
    </main>,
  );
}
