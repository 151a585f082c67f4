/** The organization: its accounts in the tree, with the policies that hold above each. */

import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactElement } from "react";
import { Empty } from "../parts/empty";
import { Refusal } from "../parts/refusal";
import { Title } from "../parts/title";
import { useAnswer } from "../session/answer";
import { texts } from "../texts/english";
import { tree, type Place } from "./tree";

const words = texts.organization;

export default function Organization(): ReactElement {
  const [answer, again] = useAnswer(tree, []);
  const isNone = answer.state === "refused" && answer.error instanceof Error && answer.error.name === "AWSOrganizationsNotInUseException";
  return (
    <SpaceBetween size="m">
      <Title text={words.title} note={words.note} />
      {answer.state === "waiting" && <Spinner size="large" />}
      {isNone && (
        <Container>
          <Empty title={words.none} note={words.noneNote} />
        </Container>
      )}
      {answer.state === "refused" && !isNone && <Refusal error={answer.error} onAgain={again} />}
      {answer.state === "here" && (
        <Container>
          <ul className="tree">
            {answer.value.map((each) => (
              <Branch key={each.id} place={each} />
            ))}
          </ul>
        </Container>
      )}
    </SpaceBetween>
  );
}

function Branch({ place }: { place: Place }): ReactElement {
  return (
    <li>
      <div>
        <strong>{place.name}</strong> <span className="quiet">{words.kinds[place.kind]} {place.id}</span>
      </div>
      <div>
        {place.policies.map(({ id, name }) => (
          <code key={id} className="chip">{name}</code>
        ))}
      </div>
      {place.below.length > 0 && (
        <ul className="tree">
          {place.below.map((each) => (
            <Branch key={each.id} place={each} />
          ))}
        </ul>
      )}
    </li>
  );
}
