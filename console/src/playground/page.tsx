/** The playground in the console: the server decides, as who is signed in. */

import type { ReactElement } from "react";
import { explainCase } from "../explain/ask";
import { Title } from "../parts/title";
import { words } from "../texts/explain";
import { Playground } from "./playground";

export default function PlaygroundPage(): ReactElement {
  return (
    <>
      <Title text={words.playground.title} note={words.playground.note} />
      <Playground ask={explainCase} />
    </>
  );
}
