/** What is around every page: the ways to the others. The head of the page is the server's (gateway/console/home.py). */

import Button from "@cloudscape-design/components/button";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import { useEffect, useState, type ReactElement } from "react";
import { texts } from "../texts/english";
import { navigation } from "./navigation";
import { ROOT, useLinks, usePlace } from "./place";
import { Shown } from "./shown";

export function Frame(): ReactElement {
  useLinks();
  const place = usePlace();
  const [isOpen, open] = useState(false);
  useEffect(() => open(false), [place]);
  return (
    <div className="frame">
      <aside aria-label={texts.frame.menu}>
        <div className="frame-menu">
          <Button iconName="menu" ariaExpanded={isOpen} onClick={() => open(!isOpen)}>
            {texts.frame.menu}
          </Button>
        </div>
        <div className={isOpen ? "frame-ways frame-ways-open" : "frame-ways"}>
          <SideNavigation activeHref={active(place)} items={navigation} />
        </div>
      </aside>
      <main className="frame-page">
        <Shown place={place} />
      </main>
    </div>
  );
}

/** The way that leads here, or to what this is a part of. */
function active(place: string): string {
  const path = place.split("?")[0] ?? "";
  const ways = navigation.flatMap((each) => ("items" in each ? each.items : each)).flatMap((each) => ("href" in each ? each.href : []));
  return ways.filter((href) => path === href || (href !== ROOT && path.startsWith(`${href}/`))).sort().pop() ?? "";
}
