/** What the server told this page when it was loaded: who is signed in, and what the pages need. */

export interface Seat {
  readonly element: HTMLElement;
  readonly account: string;
  readonly alias: string;
  /** Who acts here. */
  readonly arn: string;
  readonly region: string;
  /** Shows the server that a request is of this sign-in, and not of one that came after it. */
  readonly token: string;
  /** The build that this page is of. */
  readonly build: string;
  /** Page -> the address of each of its files -> the file's digest. */
  readonly pages: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const seat: Seat = read(document.getElementById("console"));

function read(element: HTMLElement | null): Seat {
  if (element === null) throw new Error("This isn't the page of the console.");
  const { account = "", alias = "", arn = "", region = "", token = "", build = "", pages = "{}" } = element.dataset;
  return { element, account, alias, arn, region, token, build, pages: JSON.parse(pages) };
}
