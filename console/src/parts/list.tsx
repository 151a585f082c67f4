/**
 * A list of things that the server has: filter, order, pages, and where each leads. What is filtered and ordered by
 * stands in the address, so that a list can be sent as it is seen.
 */

import Button from "@cloudscape-design/components/button";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useEffect, useState, type ReactElement, type ReactNode } from "react";
import type { Walk } from "../session/walk";
import { go } from "../start/place";
import { texts } from "../texts/english";
import { Empty } from "./empty";
import { Refusal } from "./refusal";
import { Title } from "./title";

export interface Column<Item> {
  readonly id: string;
  readonly header: string;
  readonly cell: (item: Item) => ReactNode;
  /** What it is ordered by; without it, it isn't. */
  readonly by?: (item: Item) => string | number;
  readonly width?: number;
}

interface ListProps<Item> {
  readonly title: string;
  readonly note: string;
  readonly walk: Walk<Item>;
  readonly columns: readonly Column<Item>[];
  readonly nameOf: (item: Item) => string;
  /** What the filter looks at. */
  readonly text: (item: Item) => string;
  readonly empty: { readonly title: string; readonly note: string; readonly action?: ReactNode };
  readonly actions?: ReactNode;
  readonly query: URLSearchParams;
  /** Further filters, beside the text. */
  readonly filters?: ReactNode;
}

const SIZE = 25;

export function List<Item>(props: ListProps<Item>): ReactElement {
  const { walk, columns, nameOf, text, query } = props;
  const filter = query.get("filter") ?? "";
  const order = { by: query.get("order") ?? columns[0]!.id, isDescending: query.has("descending") };
  const [page, turn] = useState(1);
  const wantsAll = filter !== "" || query.has("order");
  useEffect(() => {
    if (wantsAll && !walk.isWaiting && !walk.isWhole && !walk.error) walk.rest();
  });
  const found = ordered(walk.items.filter((each) => contains(text(each), filter)), columns, order);
  const pages = Math.max(1, Math.ceil(found.length / SIZE));
  const shown = found.slice((page - 1) * SIZE, page * SIZE);
  const goTo = (to: number) => {
    turn(to);
    if (to >= pages && !walk.isWhole && !walk.isWaiting) walk.more();
  };
  const change = (name: string, value: string | null) => {
    turn(1);
    go(changed(query, name, value), { replace: true });
  };
  return (
    <SpaceBetween size="m">
      <Title
        text={props.title}
        note={props.note}
        counter={walk.items.length ? `(${walk.items.length}${walk.isWhole ? "" : "+"})` : ""}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button iconName="refresh" ariaLabel={texts.list.again} onClick={walk.again} />
            {props.actions}
          </SpaceBetween>
        }
      />
      {walk.error !== undefined && <Refusal error={walk.error} onAgain={walk.again} />}
      <Table
        variant="container"
        items={shown}
        trackBy={nameOf}
        columnDefinitions={columns.map(definition)}
        sortingColumn={{ sortingField: order.by }}
        sortingDescending={order.isDescending}
        onSortingChange={({ detail }) => {
          const next = changed(query, "order", detail.sortingColumn.sortingField ?? null);
          go(changed(new URL(next, location.origin).searchParams, "descending", detail.isDescending ? "" : null), { replace: true });
        }}
        loading={walk.isWaiting && shown.length === 0}
        loadingText={texts.list.waiting}
        ariaLabels={{ tableLabel: props.title }}
        wrapLines
        filter={
          <SpaceBetween direction="horizontal" size="xs">
            <TextFilter
              filteringText={filter}
              filteringAriaLabel={texts.list.filter}
              filteringPlaceholder={texts.list.filter}
              filteringClearAriaLabel={texts.list.clear}
              countText={filter ? texts.list.found(found.length, walk.isWhole) : ""}
              onChange={({ detail }) => change("filter", detail.filteringText || null)}
            />
            {props.filters}
          </SpaceBetween>
        }
        pagination={
          <Pagination
            currentPageIndex={page}
            pagesCount={pages}
            openEnd={!walk.isWhole && walk.error === undefined}
            onChange={({ detail }) => goTo(detail.currentPageIndex)}
            ariaLabels={texts.list.pages}
          />
        }
        empty={filter ? <Empty title={texts.list.none} note={texts.list.noneNote} /> : walk.error ? null : <Empty {...props.empty} />}
      />
    </SpaceBetween>
  );
}

function definition<Item>({ id, header, cell, by, width }: Column<Item>, index: number): TableProps.ColumnDefinition<Item> {
  return { id, header, cell, isRowHeader: index === 0, ...(by && { sortingField: id }), ...(width && { width }) };
}

function contains(text: string, filter: string): boolean {
  const lower = text.toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => lower.includes(word));
}

function ordered<Item>(items: Item[], columns: readonly Column<Item>[], order: { by: string; isDescending: boolean }): Item[] {
  const by = columns.find(({ id }) => id === order.by)?.by;
  if (!by) return items;
  const sign = order.isDescending ? -1 : 1;
  return items.sort((left, right) => sign * compare(by(left), by(right)));
}

function compare(left: string | number, right: string | number): number {
  if (typeof left === "string" && typeof right === "string") return left.localeCompare(right);
  return Number(left) - Number(right);
}

function changed(query: URLSearchParams, name: string, value: string | null): string {
  const next = new URLSearchParams(query);
  if (value === null) next.delete(name);
  else next.set(name, value);
  return `${location.pathname}${next.size ? `?${next}` : ""}`;
}
