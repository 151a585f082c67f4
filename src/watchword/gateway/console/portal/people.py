"""Who is in front of a page of the access portal, by a cookie of its own.

The cookie of the console and that of the portal know nothing of each other: somebody can be a person here and
a role there, in one browser.
"""

from typing import Final

from watchword.access import portal
from watchword.access.caller import Caller, InSession
from watchword.access.portal import InPortal
from watchword.access.sign_ins import digest
from watchword.gateway.console.browser import BrowserRequest
from watchword.gateway.console.page import redirect
from watchword.gateway.console.sign_in import SECURE
from watchword.names import AwsError, HttpResponse
from watchword.store import Transaction
from watchword.store.portal import secrets, sessions
from watchword.store.portal.secrets import Kind

COOKIE: Final = "__Host-watchword-portal"
SIGNED_OUT: Final = ("set-cookie", f"{COOKIE}=; {SECURE}; Max-Age=0")


def in_front(browser: BrowserRequest) -> InPortal | None:
    """Who is signed in; None for nobody."""
    try:
        found = portal.find(browser.world, browser.secret, Kind.BROWSER)
    except AwsError as error:
        if error.code == "InvalidSessionToken":
            return None
        raise
    browser.log.caller = caller_of(found)
    return found


def caller_of(found: InPortal) -> Caller:
    """The person as the caller of the portal's operations."""
    return Caller(found.principal, vouched=InSession(found.session, found.user))


def with_cookie(to: str, secret: str) -> HttpResponse:
    """On to another page, with the secret of the next step."""
    return redirect(to, ("set-cookie", f"{COOKIE}={secret}; {SECURE}"))


def forget(browser: BrowserRequest, tx: Transaction) -> None:
    """Ends the session that the browser has, before it gets another one."""
    for kind in (Kind.STEP, Kind.BROWSER):
        held = secrets.of(tx, digest(browser.secret), kind)
        if held:
            sessions.remove(tx, held.session)
