"""The home of the access portal: a person's accounts and roles, and the ways into each.

    GET  /start            accounts and roles
    POST /start/console    the console, as one of the roles
    POST /start/keys       temporary credentials, to be copied

Both ways in are GetRoleCredentials, called as the person: decided and recorded like any program's. The
console is then that session of the role, and ends with it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from watchword.access import sign_ins
from watchword.access.portal import InPortal
from watchword.access.portal_events import PORTAL as SOURCE
from watchword.access.request_context import DIRECT
from watchword.access.request_log import PortalEvent
from watchword.gateway.console import credentials
from watchword.gateway.console import sign_in as console_sign_in
from watchword.gateway.console.browser import COOKIE, CSRF, BrowserRequest, posted
from watchword.gateway.console.destination import destination
from watchword.gateway.console.html import Html, el
from watchword.gateway.console.page import form, notice, page
from watchword.gateway.console.portal.people import caller_of
from watchword.gateway.dispatch import dispatch, keep_record
from watchword.identity.portal.start_url import PORTAL
from watchword.names import AwsError, HttpResponse
from watchword.names.moment import iso
from watchword.services.sso.assigned import Assigned, accounts_of, roles_of
from watchword.sessions.session import moment
from watchword.store import sign_ins as kept
from watchword.store.accounts import Account
from watchword.store.sign_ins import Kind

Json = Mapping[str, Any]

EXPORT: Final = 'export {}="{}"'
POWERSHELL: Final = '$Env:{}="{}"'
_VARIABLES: Final = {
    "AWS_ACCESS_KEY_ID": "accessKeyId",
    "AWS_SECRET_ACCESS_KEY": "secretAccessKey",
    "AWS_SESSION_TOKEN": "sessionToken",
}


def home(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """GET /start."""
    return _home(browser, found)


def console(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """POST /start/console."""
    world, log = browser.world, browser.log
    given = posted(browser, signed_in=True)
    try:
        made = _credentials(browser, found, given)
    except AwsError as error:
        return _refused(browser, found, error)
    session = world.facts.session(made["sessionToken"])
    log.portal = PortalEvent("Federate", SOURCE, additional={"role": session.principal.arn})
    before = replace(browser, kept_in=COOKIE)
    with world.database.write(log.now) as tx:
        credentials.end(before, tx)
        kept.remove(tx, sign_ins.digest(before.secret))
        secret = sign_ins.begin(world, tx, Kind.BROWSER, session)
        keep_record(world, log, tx)
    to = destination(_relay_state(browser, found, given).removeprefix(browser.origin))
    return console_sign_in.with_cookie(to, secret)


def keys(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """POST /start/keys."""
    given = posted(browser, signed_in=True)
    try:
        made = _credentials(browser, found, given)
    except AwsError as error:
        return _refused(browser, found, error)
    pairs = {name: str(made[member]) for name, member in _VARIABLES.items()}
    account, role = given.get("account", ""), given.get("role", "")
    return page(
        "Access keys",
        el("p", f"For the role {role} in the account {account}, until ", _moment(made["expiration"]), "."),
        el("p", "Who has them is you. Paste them, and don't keep them in a file that others read."),
        el("h2", "Linux and macOS"),
        el("pre", "\n".join(EXPORT.format(*pair) for pair in pairs.items())),
        el("h2", "PowerShell"),
        el("pre", "\n".join(POWERSHELL.format(*pair) for pair in pairs.items())),
        el("h2", "A profile, in ~/.aws/credentials"),
        el("pre", _profile(account, role, pairs)),
        el("p", el("a", "Back to the portal", href=PORTAL)),
        top=top(browser, found),
    )


def top(browser: BrowserRequest, found: InPortal) -> Html:
    """What stands at the head of every page of the portal: who it is, and the way out."""
    return el(
        "nav",
        el("a", found.user.name, href=PORTAL, class_="who"),
        el("a", "Authenticator app", href="/start/authenticator"),
        form("/start/out", "Sign out", hidden={CSRF: browser.token}),
        aria_label="Session",
    )


def yes_or_no(action: str, hidden: dict[str, str]) -> Html:
    """The two answers to a program that wants to be let in."""
    yes = form(action, "Allow access", hidden={**hidden, "answer": "yes"})
    no = form(action, "Deny access", hidden={**hidden, "answer": "no"})
    return el("div", yes, no, class_="choice")


def _home(browser: BrowserRequest, found: InPortal, *, bad: str = "") -> HttpResponse:
    whose = (found.user.directory, found.user.id)
    with browser.world.database.read() as tx:
        listed = [(account, roles_of(tx, *whose, account.id)) for account in accounts_of(tx, *whose)]
    listed.sort(key=lambda pair: (pair[0].name, pair[0].id))
    nothing = el("p", "No role is assigned to you yet. Your administrator assigns them.", class_="card")
    return page(
        "Your accounts",
        notice(bad) if bad else None,
        *(_account(browser, *pair) for pair in listed),
        None if listed else nothing,
        top=top(browser, found),
        status=403 if bad else 200,
    )


def _account(browser: BrowserRequest, account: Account, roles: list[Assigned]) -> Html:
    return el(
        "section",
        el("h2", account.name, " ", el("span", account.id, class_="quiet")),
        el("ul", *(_role(browser, account, each.permission_set.name) for each in roles), class_="plain"),
    )


def _role(browser: BrowserRequest, account: Account, name: str) -> Html:
    hidden = {"account": account.id, "role": name, CSRF: browser.token}
    ways = (
        form("/start/console", "Console", hidden=hidden),
        form("/start/keys", "Access keys", hidden=hidden),
    )
    return el("li", el("strong", name), *ways, class_="row")


def _credentials(browser: BrowserRequest, found: InPortal, given: Mapping[str, str]) -> Json:
    """Of the role that the form names. Raises AwsError."""
    wanted = {
        "accountId": given.get("account", ""),
        "roleName": given.get("role", ""),
        "accessToken": "",
    }
    operation = ("sso", "GetRoleCredentials")
    output: Any = dispatch(
        browser.world, caller_of(found), operation, wanted, via=DIRECT, request=browser.request
    )
    made: Json = output["roleCredentials"]
    return made


def _relay_state(browser: BrowserRequest, found: InPortal, given: Mapping[str, str]) -> str:
    """Where the permission set sends people to; empty for nowhere."""
    with browser.world.database.read() as tx:
        listed = roles_of(tx, found.user.directory, found.user.id, given["account"])
    states = (each.permission_set.relay_state for each in listed if each.permission_set.name == given["role"])
    return next(states, "")


def _refused(browser: BrowserRequest, found: InPortal, error: AwsError) -> HttpResponse:
    if error.code != "ForbiddenException":
        raise error
    return _home(browser, found, bad="This role isn't yours any more, or doesn't let you in now.")


def _profile(account: str, role: str, pairs: Mapping[str, str]) -> str:
    lines = [f"[{account}_{role}]", *(f"{name.lower()}={value}" for name, value in pairs.items())]
    return "\n".join(lines)


def _moment(milliseconds: int) -> Html:
    until = iso(moment(milliseconds))
    return el("time", until.replace("T", " ").replace("Z", " UTC"), datetime=until)
