"""The credentials with which the console's pages in the browser sign their own requests (decision 0023).

    POST /console/credentials    temporary credentials of who acts, as JSON

1. It is asked like a form of a page: from this origin, with the token of this sign-in (`browser.posted`).
   So another site gets nothing, and a page of somebody who has since become somebody else is told so.
2. The credentials are the session again, for LIFETIME at most and no longer than the sign-in, under another
   key: with the same limits, tags and source identity. What is revoked of its user, role or chain, ends here.
3. All that one sign-in hands out has one access key, which is made of the secret in the cookie. So who signs
   out, or in as somebody else, ends all of it (`end`), and nothing of it had to be kept.
4. Each is recorded, and the key is named in the record.

Who isn't signed in any more gets 401, and the page sends them to sign in.
"""

import hmac
from datetime import timedelta
from typing import Final

import msgspec
from msgspec import structs

from watchword.access import sign_ins
from watchword.access.console_events import CREDENTIALS
from watchword.access.request_log import ConsoleEvent
from watchword.access.sign_ins import SignedIn
from watchword.facts.credentials import KEYRING
from watchword.gateway.console.browser import BrowserRequest, posted
from watchword.gateway.console.built import built
from watchword.gateway.dispatch import keep_record
from watchword.names import AwsError, HttpResponse
from watchword.names.ids import Prefix, new_access_key_id
from watchword.sessions import session as sessions
from watchword.sessions.revocation import revoke_console_key
from watchword.sessions.session import again
from watchword.store import Transaction
from watchword.store import sign_ins as kept
from watchword.store.sign_ins import Kind

PLACE: Final = "/console/credentials"
LIFETIME: Final = timedelta(minutes=15)


def hand_out(browser: BrowserRequest) -> HttpResponse:
    """POST /console/credentials."""
    try:
        found = sign_ins.find(browser.world, browser.secret, Kind.BROWSER)
        posted(browser, signed_in=True)
    except AwsError as error:
        if error.code in {"InvalidSessionToken", "ExpiredToken"}:
            return _json(401, {"code": "SignedOut", "message": "Your sign-in has ended."})
        return _json(error.status or 503, {"code": error.code, "message": error.said})
    return _json(200, _credentials(browser, found))


def end(browser: BrowserRequest, tx: Transaction) -> None:
    """Rule 3, for the sign-in that the browser has, if it has one. Before it is removed."""
    row = kept.of(tx, sign_ins.digest(browser.secret), Kind.BROWSER)
    tokens = (row.token, row.role_token) if row else ()
    for account in {browser.world.facts.session(each).account for each in tokens if each}:
        revoke_console_key(tx, account, _key(browser, account), LIFETIME)


def _credentials(browser: BrowserRequest, found: SignedIn) -> dict[str, str]:
    world, log = browser.world, browser.log
    made = structs.replace(
        again(found.session, min(LIFETIME, found.row.expires - log.now), log.now, world.randomness),
        access_key_id=_key(browser, found.session.account),
    )
    log.caller, log.console = found.caller, ConsoleEvent(CREDENTIALS, made=made)
    keep_record(world, log, None)
    now = built()
    return {
        "accessKeyId": made.access_key_id,
        "secretAccessKey": made.secret,
        "sessionToken": sessions.seal(made, world.facts.need(KEYRING)),
        "seconds": str((made.expires - sessions.milliseconds(log.now)) // 1000),
        "build": now.name if now else "",
    }


def _key(browser: BrowserRequest, account: str) -> str:
    def drawn(size: int) -> bytes:
        secret = browser.secret.encode(errors="surrogatepass")
        return hmac.digest(secret, b"watchword console key 1", "sha256")[:size]

    return new_access_key_id(Prefix.SESSION_KEY, account, drawn)


def _json(status: int, said: dict[str, str]) -> HttpResponse:
    text = msgspec.json.encode(said)
    headers = (
        ("content-type", "application/json"),
        ("content-length", str(len(text))),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
    )
    return HttpResponse(status, headers, text)
