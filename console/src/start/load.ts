/**
 * Loads a page's files, each only if it is what the server's build says it is (Subresource Integrity).
 *
 * `import()` takes no digest, but a preload does, and what was preloaded is what is imported. If a file isn't there
 * any more, the server has been built again: the browser loads everything anew, once.
 */

import { seat } from "../session/seat";
import type { Page } from "./pages";

const RELOADED = "watchword:reloaded";
type Loaded = Awaited<ReturnType<Page["load"]>>;

export async function load(page: Page): Promise<Loaded> {
  try {
    await Promise.all(Object.entries(seat.pages[page.source] ?? {}).map(preload));
    const loaded = await page.load();
    sessionStorage.removeItem(RELOADED);
    return loaded;
  } catch (error) {
    if (sessionStorage.getItem(RELOADED) === seat.build) throw error;
    sessionStorage.setItem(RELOADED, seat.build);
    location.reload();
    return new Promise(() => undefined);
  }
}

function preload([href, integrity]: [string, string]): Promise<void> {
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "modulepreload", href, integrity });
  return new Promise((loaded, failed) => {
    link.onload = () => loaded();
    link.onerror = () => {
      link.remove();
      failed(new Error(`${href} isn't what was built, or isn't there.`));
    };
    document.head.append(link);
  });
}
