/** The page that an address is of, once its files are here. A page that breaks leaves the rest of the console whole. */

import Spinner from "@cloudscape-design/components/spinner";
import { Component, useEffect, useState, type ComponentType, type ReactElement, type ReactNode } from "react";
import { Refusal } from "../parts/refusal";
import { Title } from "../parts/title";
import { texts } from "../texts/english";
import { load } from "./load";
import { find, type PageProps } from "./pages";

interface Loaded {
  readonly source: string;
  readonly Page: ComponentType<PageProps>;
}

export function Shown({ place }: { place: string }): ReactElement {
  const { pathname, searchParams } = new URL(place, location.origin);
  const found = find(pathname);
  const [loaded, set] = useState<Loaded>();
  const [error, fail] = useState<unknown>();
  useEffect(() => {
    if (!found) return;
    const { page } = found;
    load(page).then((module) => set({ source: page.source, Page: module.default }), fail);
  }, [found?.page]);
  if (!found) return <Nowhere />;
  if (error) return <Refusal error={error} />;
  if (loaded?.source !== found.page.source) return <Spinner size="large" />;
  return (
    <Boundary key={pathname}>
      <loaded.Page params={found.params} query={searchParams} />
    </Boundary>
  );
}

function Nowhere(): ReactElement {
  return <Title text={texts.frame.nowhere} note={texts.frame.nowhereNote} />;
}

class Boundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error === undefined ? this.props.children : <Refusal error={this.state.error} />;
  }
}
