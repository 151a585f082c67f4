/**
 * The credentials by which this page signs its requests: those of who is signed in, for minutes.
 *
 * 1. They are kept in this module and nowhere else: not in storage, not in an address.
 * 2. Others are asked for some minutes before they end. Questions asked at once share one answer.
 * 3. Who isn't signed in any more goes to sign in, and comes back to this page (401).
 * 4. Who has become somebody else in another tab is told so, and nothing is done as the other one (403).
 * 5. The answer names the server's build. If it is another one, the next page is loaded from the server.
 */

import type { AwsCredentialIdentity } from "@aws-sdk/types";
import { depart } from "./departure";
import { seat } from "./seat";

/** The browser is signed in as somebody else than this page says. */
export class SignedInAnew extends Error {
  override readonly name = "SignedInAnew";
}

/** Whether the server has pages of another build than this one. */
export const build = { isOld: false };

let held: AwsCredentialIdentity | undefined;
let asked: Promise<AwsCredentialIdentity> | undefined;
const EARLY = 5 * 60_000;

export async function credentials(): Promise<AwsCredentialIdentity> {
  if (held?.expiration && held.expiration.getTime() - Date.now() > EARLY) return held;
  asked ??= ask().finally(() => (asked = undefined));
  held = await asked;
  return held;
}

/** Forgets them, so that the server is asked who this is. */
export function forget(): void {
  held = undefined;
}

async function ask(): Promise<AwsCredentialIdentity> {
  const answer = await fetch("/console/credentials", {
    method: "POST",
    body: new URLSearchParams({ csrf: seat.token }),
    credentials: "same-origin",
    cache: "no-store",
  });
  if (answer.status === 401) return depart();
  const said = await answer.json();
  if (!answer.ok) throw new SignedInAnew(said.message);
  build.isOld = said.build !== seat.build;
  const { accessKeyId, secretAccessKey, sessionToken, seconds } = said;
  return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(Date.now() + seconds * 1000) };
}
