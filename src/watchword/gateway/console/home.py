"""The console: one page, which the pages that npm built run in (`console/`, decision 0023).

1. At its head stand who acts and the ways on and out. They are forms of this page, so signing out works
   whatever happens to the scripts.
2. Below, the scripts draw what the address asks for. They learn from `data-` attributes who is signed in, and
   what a page needs before it is shown: each file with its digest.
3. Without scripts, and where nothing was built, it says who is signed in, and until when.
"""

import json

from watchword.access.sign_ins import SignedIn
from watchword.gateway.console.browser import CSRF, BrowserRequest
from watchword.gateway.console.built import ASSETS, Built, built
from watchword.gateway.console.destination import HOME
from watchword.gateway.console.html import Child, Html, el
from watchword.gateway.console.page import form, notice, page, scripted
from watchword.installation.settings import DEFAULT_REGION
from watchword.names import HttpResponse
from watchword.names.moment import iso
from watchword.sessions.session import moment
from watchword.store import accounts
from watchword.store.accounts import Account

NOT_BUILT = (
    "The console's other pages aren't built here, for lack of npm or of its registry: `make console` in the "
    "sources of Watchword builds them."
)


def home(browser: BrowserRequest, found: SignedIn) -> HttpResponse:
    """GET /console, and below it."""
    with browser.world.database.read() as tx:
        account = accounts.by_id(tx, found.caller.principal.account)
    who, nav, ready = _who(found, account), top(browser, found), built()
    if ready is None:
        return page("Who you are", who, notice(NOT_BUILT, good=True), top=nav)
    told = el(
        "div",
        el("noscript", el("h1", "Who you are"), who),
        id="console",
        data_account=found.caller.principal.account,
        data_alias=account.alias or "" if account else "",
        data_arn=found.caller.principal.arn,
        data_region=DEFAULT_REGION,
        data_token=browser.token,
        data_build=ready.name,
        data_pages=json.dumps(_files(ready)),
    )
    return scripted(browser.origin, ready, told, top=nav)


def _files(ready: Built) -> dict[str, dict[str, str]]:
    """Page -> the address of each of its files -> the file's digest."""
    return {
        name: {ASSETS + each: ready.files[each] for each in needed} for name, needed in ready.pages.items()
    }


def _who(found: SignedIn, account: Account | None) -> Html:
    session, principal = found.session, found.caller.principal
    alias = f" ({account.alias})" if account and account.alias else ""
    until = iso(moment(session.expires))
    facts: dict[str, Child] = {
        "You are": el("code", principal.arn),
        "Account": f"{principal.account}{alias}",
        "Signed in until": el("time", until.replace("T", " ").replace("Z", " UTC"), datetime=until),
        "Second factor": "proved by a code" if session.mfa_at is not None else "none",
    }
    if found.caller is not found.own:
        facts["Signed in as"] = el("code", found.own.principal.arn)
    shown = (part for name, told in facts.items() for part in (el("dt", name), el("dd", told)))
    return el("dl", *shown, class_="card")


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
