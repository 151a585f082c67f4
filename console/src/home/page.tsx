import type { ReactElement } from "react";
import { Title } from "../parts/title";
import { texts } from "../texts/english";

export default function Home(): ReactElement {
  return <Title text={texts.home.title} />;
}
