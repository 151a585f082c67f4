/** The ways to the pages, as they stand at the side. */

import type { SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import { texts } from "../texts/english";
import { words } from "../texts/explain";
import { ROOT } from "./place";

const { ways } = texts.frame;

export const navigation: readonly SideNavigationProps.Item[] = [
  { type: "link", text: ways.home, href: ROOT },
  { type: "link", text: words.explorer.title, href: `${ROOT}/explain` },
  { type: "link", text: words.playground.title, href: `${ROOT}/playground` },
  { type: "divider" },
  { type: "link", text: ways.users, href: `${ROOT}/iam/users` },
  { type: "link", text: ways.groups, href: `${ROOT}/iam/groups` },
  { type: "link", text: ways.roles, href: `${ROOT}/iam/roles` },
  { type: "link", text: ways.policies, href: `${ROOT}/iam/policies` },
  { type: "link", text: ways.providers, href: `${ROOT}/iam/providers` },
  { type: "divider" },
  { type: "link", text: ways.organization, href: `${ROOT}/organization` },
];
