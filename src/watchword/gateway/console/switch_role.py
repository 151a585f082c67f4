"""Switching to a role, and back.

    GET  /console/switch-role    account and role, and the roles that were switched to before
    POST /console/switch-role    AssumeRole, as who signed in: decided and recorded like anyone's
    POST /console/exit-role      themselves again

1. It is always who signed in that assumes the role, not the role that they are in. So there are no chains by
   clicks; a role that signed in itself makes a chain, with the limits of one.
2. The session is named as who signed in is.
3. The sign-in has another secret after it. So a form of another tab, that was shown to another identity, is
   refused, and does nothing as the new one.
4. The history is in a cookie of this browser, MOST roles with who switched to each. It is a list of names:
   to change it gets nobody anything.

Source: IAM User Guide, "Switch from a user to an IAM role (console)"; AWS CloudTrail User Guide, "AWS
Management Console sign-in events" (SwitchRole, ExitRole).
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from watchword.access import sign_ins
from watchword.access.console_events import EXIT, SWITCH
from watchword.access.request_context import DIRECT
from watchword.access.request_log import ConsoleEvent
from watchword.access.sign_ins import SignedIn, caller_of
from watchword.gateway.console import credentials
from watchword.gateway.console.browser import CSRF, BrowserRequest, posted
from watchword.gateway.console.destination import HOME
from watchword.gateway.console.home import top
from watchword.gateway.console.html import Html, el
from watchword.gateway.console.page import field, form, notice, page
from watchword.gateway.console.sign_in import SECURE, with_cookie
from watchword.gateway.dispatch import dispatch, keep_record
from watchword.names import AwsError, HttpResponse, nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.principal import FederatedUser, RoleSession, User
from watchword.proofs import base64url
from watchword.sessions import limits
from watchword.store import accounts

PLACE: Final = "/console/switch-role"
HISTORY: Final = "__Host-watchword-roles"
MOST = 5
_YEAR = 365 * 86400
_UNNAMED = re.compile(r"[^\w+=,.@-]", re.ASCII)


def show(browser: BrowserRequest, found: SignedIn) -> HttpResponse:
    """GET /console/switch-role. A link can fill in `account` and `roleName`, as at AWS."""
    given = browser.query
    return _page(browser, found, given.get("account", ""), given.get("roleName", ""))


def switch(browser: BrowserRequest, found: SignedIn) -> HttpResponse:
    """POST /console/switch-role."""
    given = posted(browser, signed_in=True)
    account, role = given.get("account", "").strip(), given.get("role", "").strip()
    try:
        arn = _role_arn(browser, found, account, role)
        token = _assume(browser, found, arn)
    except AwsError as error:
        return _page(browser, found, account, role, bad=error.said or "This role can't be assumed now.")
    session = browser.world.facts.session(token)
    browser.log.caller = caller_of(session)
    response = _become(browser, found, token, ConsoleEvent(SWITCH, additional=_from(found)))
    history = _history_with(browser, found, arn)
    headers = (*response.headers, ("set-cookie", f"{HISTORY}={history}; {SECURE}; Max-Age={_YEAR}"))
    return HttpResponse(response.status, headers)


def leave(browser: BrowserRequest, found: SignedIn) -> HttpResponse:
    """POST /console/exit-role."""
    posted(browser, signed_in=True)
    browser.log.caller = found.caller
    return _become(browser, found, "", ConsoleEvent(EXIT, additional=_from(found)))


def _become(browser: BrowserRequest, found: SignedIn, token: str, event: ConsoleEvent) -> HttpResponse:
    world, log = browser.world, browser.log
    log.console = event
    with world.database.write(log.now) as tx:
        credentials.end(browser, tx)
        secret = sign_ins.renew(world, tx, found.row, role_token=token)
        keep_record(world, log, tx)
    return with_cookie(HOME, secret)


def _assume(browser: BrowserRequest, found: SignedIn, arn: str) -> str:
    """The token of a session of the role. Raises AwsError."""
    world, own = browser.world, found.own
    assert own.session is not None
    limits.check(own.session, "sts", "AssumeRole")
    given = {"RoleArn": arn, "RoleSessionName": _session_name(found)}
    world.models.service("sts").operation("AssumeRole").check(given)
    output: Any = dispatch(world, own, ("sts", "AssumeRole"), given, via=DIRECT, request=browser.request)
    return str(output["Credentials"]["SessionToken"])


def _role_arn(browser: BrowserRequest, found: SignedIn, account: str, role: str) -> str:
    """Of a role by its name, with or without its path, in an account by its id or alias."""
    if EntityArn.parse(role, nouns.ROLE):
        return role
    with browser.world.database.read() as tx:
        known = accounts.of_alias(tx, account.lower())
    account_id = known.id if known else account.replace("-", "")
    partition = getattr(found.own.principal, "partition", "aws")
    return f"arn:{partition}:iam::{account_id}:role/{role.lstrip('/')}"


def _session_name(found: SignedIn) -> str:
    """Rule 2."""
    match found.own.principal:
        case RoleSession(session_name=name) | User(name=name) | FederatedUser(name=name):
            return _UNNAMED.sub("-", name)[:64].ljust(2, "-")
        case _:
            return "root"


def _from(found: SignedIn) -> dict[str, str]:
    return {"SwitchFrom": found.caller.principal.arn}


def _page(
    browser: BrowserRequest, found: SignedIn, account: str, role: str, *, bad: str = ""
) -> HttpResponse:
    token = {CSRF: browser.token}
    fields = (
        field("Account id or alias", "account", value=account, autofocus=not account, spellcheck="false"),
        field("Role", "role", value=role, autofocus=bool(account), spellcheck="false"),
    )
    before = [_again(arn, token) for arn in _history(browser, found)]
    return page(
        "Switch to a role",
        notice(bad) if bad else None,
        form(PLACE, "Switch role", *fields, hidden=token),
        el("h2", "Before") if before else None,
        el("ul", *before, class_="plain") if before else None,
        top=top(browser, found),
        status=403 if bad else 200,
    )


def _again(arn: str, token: dict[str, str]) -> Html:
    found = EntityArn.parse(arn, nouns.ROLE)
    assert found is not None, "the history has nothing else"
    hidden = {**token, "account": found.account, "role": arn}
    return el("li", el("code", arn), " ", form(PLACE, f"Switch to {found.name}", hidden=hidden))


# --- the history (4.)


def _history(browser: BrowserRequest, found: SignedIn) -> list[str]:
    """ARNs of roles, the latest first."""
    return [arn for owner, arn in _kept(browser) if owner == found.own.principal.userid]


def _history_with(browser: BrowserRequest, found: SignedIn, arn: str) -> str:
    """The cookie, with one more role."""
    latest = [found.own.principal.userid, arn]
    kept = [latest, *(each for each in _kept(browser) if each != latest)][:MOST]
    return base64url.encode(json.dumps(kept).encode()).decode()


def _kept(browser: BrowserRequest) -> Iterator[list[str]]:
    """Who switched to what; whatever else the cookie has is left out."""
    try:
        listed = json.loads(base64url.decode(browser.cookie(HISTORY).encode(errors="replace")))
    except (ValueError, RecursionError):
        return
    for each in listed[:MOST] if isinstance(listed, list) else ():
        match each:
            case [str(), str(arn)] if EntityArn.parse(arn, nouns.ROLE):
                yield each
