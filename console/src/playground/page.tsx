/** The playground in the console: the server decides, as who is signed in. */

import type { ReactElement } from "react";
import { explainCase, validate } from "../explain/ask";
import { Title } from "../parts/title";
import { words } from "../texts/explain";
import type { Kind } from "./case";
import { Playground } from "./playground";

const TYPES: Readonly<Record<Kind, string>> = {
  identity: "IDENTITY_POLICY",
  boundary: "IDENTITY_POLICY",
  session: "IDENTITY_POLICY",
  resource: "RESOURCE_POLICY",
  scp: "SERVICE_CONTROL_POLICY",
  rcp: "RESOURCE_CONTROL_POLICY",
};

export default function PlaygroundPage(): ReactElement {
  return (
    <>
      <Title text={words.playground.title} note={words.playground.note} />
      <Playground
        ask={explainCase}
        check={(kind, text, ofRole) => validate(TYPES[kind], text, ofRole ? "AWS::IAM::AssumeRolePolicyDocument" : undefined)}
      />
    </>
  );
}
