/**
 * Where somebody is in the console: the address, below /console. Every page has one, to keep and to send.
 *
 * A click on a link to another page of the console changes the address and loads nothing, unless the server has a
 * newer build (session/credentials.ts, 5). Everything else about links is the browser's.
 */

import { useEffect, useSyncExternalStore } from "react";
import { build } from "../session/credentials";
import { find } from "./pages";

export const ROOT = "/console";

/** An address in the console, of names that can have any letters. */
export function address(...names: string[]): string {
  return [ROOT, ...names.map(encodeURIComponent)].join("/");
}

export function go(to: string, { replace = false } = {}): void {
  if (build.isOld) return location.assign(to);
  history[replace ? "replaceState" : "pushState"](null, "", to);
  window.dispatchEvent(new Event(MOVED));
}

/** The path and the query, without /console. */
export function usePlace(): string {
  return useSyncExternalStore(listen, () => location.pathname + location.search);
}

/** Takes clicks on links from here on. */
export function useLinks(): void {
  useEffect(() => {
    document.addEventListener("click", follow);
    return () => document.removeEventListener("click", follow);
  }, []);
}

const MOVED = "watchword:moved";

function listen(moved: () => void): () => void {
  for (const each of ["popstate", MOVED]) window.addEventListener(each, moved);
  return () => {
    for (const each of ["popstate", MOVED]) window.removeEventListener(each, moved);
  };
}

function follow(click: MouseEvent): void {
  const link = click.target instanceof Element ? click.target.closest("a") : null;
  const isPlain = click.button === 0 && !(click.metaKey || click.ctrlKey || click.shiftKey || click.altKey);
  if (!link?.href || !isPlain || click.defaultPrevented || (link.target && link.target !== "_self")) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || !find(to.pathname)) return;
  click.preventDefault();
  go(to.pathname + to.search);
}
