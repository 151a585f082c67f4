"""The home of the console: who somebody is here, and until when."""

from watchword.access.sign_ins import SignedIn
from watchword.gateway.console.browser import CSRF, BrowserRequest
from watchword.gateway.console.destination import HOME
from watchword.gateway.console.html import Child, Html, el
from watchword.gateway.console.page import form, page
from watchword.names import HttpResponse
from watchword.names.moment import iso
from watchword.sessions.session import moment
from watchword.store import accounts


def home(browser: BrowserRequest, found: SignedIn) -> HttpResponse:
    """GET /console."""
    session, principal = found.session, found.caller.principal
    with browser.world.database.read() as tx:
        account = accounts.by_id(tx, principal.account)
    alias = f" ({account.alias})" if account and account.alias else ""
    until = iso(moment(session.expires))
    facts: dict[str, Child] = {
        "You are": el("code", principal.arn),
        "Account": f"{principal.account}{alias}",
        "Signed in until": el("time", until.replace("T", " ").replace("Z", " UTC"), datetime=until),
        "Second factor": "proved by a code" if session.mfa_at is not None else "none",
    }
    switched = found.caller is not found.own
    if switched:
        facts["Signed in as"] = el("code", found.own.principal.arn)
    shown = (part for name, told in facts.items() for part in (el("dt", name), el("dd", told)))
    return page("Who you are", el("dl", *shown, class_="card"), top=top(browser, found))


def top(browser: BrowserRequest, found: SignedIn) -> Html:
    """What stands at the head of every page of the console: who acts, and the ways on and out."""
    who, token = found.caller.principal.arn.rpartition(":")[2], {CSRF: browser.token}
    switched = found.caller is not found.own
    return el(
        "nav",
        el("a", who, href=HOME, class_="who"),
        el("a", "Switch role", href="/console/switch-role"),
        form("/console/exit-role", "Leave role", hidden=token) if switched else None,
        form("/signin/out", "Sign out", hidden=token),
        aria_label="Session",
    )
