/** Leaving for the page where people sign in, with the way back. */

/** Never answers: the browser is on its way. */
export function depart(): Promise<never> {
  const here = location.pathname + location.search;
  location.assign(`/signin?next=${encodeURIComponent(here)}`);
  return new Promise(() => undefined);
}
