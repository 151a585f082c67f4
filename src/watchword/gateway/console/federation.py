"""Sign-in by temporary credentials: a program of one's own signs people in to the console (custom brokers).

    /federation?Action=getSigninToken&Session=...              a token for the credentials, good once
    /federation?Action=login&SigninToken=...&Destination=...   the address that the program sends a person to
    POST /federation/login                                     the button of that page

1. Session is JSON: sessionId, sessionKey, sessionToken. The key must be that of the token, and the session
   alive. Only sessions of roles and of federated users sign in: those of GetSessionToken don't, as at AWS.
2. The sign-in ends when the session ends, or after SessionDuration, if that is earlier. It can't be given for
   a federated user, nor for a chained role, as at AWS.
3. The token is good once, for VALID. A person who opens the address sees who they will be, and presses a
   button: otherwise any page could sign anybody in as somebody else, unasked (login CSRF).
4. Destination is a page of this server (`destination`), whatever else it says. Issuer isn't used.

Source: IAM User Guide, "Enable custom identity broker access to the AWS console".
"""

import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec
from msgspec import Struct

from watchword.access import sign_ins
from watchword.access.console_events import LINK, LOGIN
from watchword.access.credentials import check_session
from watchword.access.request_log import ConsoleEvent
from watchword.access.sign_ins import caller_of
from watchword.gateway.console import credentials
from watchword.gateway.console.browser import BrowserRequest, posted, refused
from watchword.gateway.console.destination import destination
from watchword.gateway.console.html import el
from watchword.gateway.console.page import form, page
from watchword.gateway.console.sign_in import with_cookie
from watchword.gateway.dispatch import keep_record
from watchword.names import AwsError, HttpResponse
from watchword.sessions import Session
from watchword.store import sign_ins as kept
from watchword.store.sign_ins import Kind

VALID = timedelta(minutes=15)
_SHORTEST, _LONGEST = 900, 43200
_LATE: Final = "This address was used already, or is older than fifteen minutes. Ask for another one."


class Shown(Struct):
    """Temporary credentials, as programs send them."""

    session_id: str = msgspec.field(name="sessionId")
    session_key: str = msgspec.field(name="sessionKey")
    session_token: str = msgspec.field(name="sessionToken")


def federate(browser: BrowserRequest) -> HttpResponse:
    """GET and POST /federation."""
    given = browser.form if browser.request.method == "POST" else browser.query
    match given.get("Action"):
        case "getSigninToken":
            return _token(browser, given)
        case "login":
            return _ask(browser, given)
        case _:
            raise refused(400, "InvalidRequest", "Action must be getSigninToken or login.")


def log_in(browser: BrowserRequest) -> HttpResponse:
    """POST /federation/login."""
    world, log = browser.world, browser.log
    log.console = ConsoleEvent(LOGIN)
    given = posted(browser, signed_in=False)
    to = destination(given.get("to", ""))
    told = {"LoginTo": browser.origin + to, "MobileVersion": "No", "MFAUsed": "No"}
    log.console.additional = told
    with world.database.write(log.now) as tx:
        try:
            row = kept.take(tx, sign_ins.digest(given.get("token", "")), Kind.FEDERATION)
            found = sign_ins.check(world, tx, row)
        except AwsError as error:
            raise refused(403, "FailedAuthentication", _LATE, error.meant) from None
        log.caller = found.own
        credentials.end(browser, tx)
        kept.remove(tx, sign_ins.digest(browser.secret))
        lifetime = timedelta(seconds=int(found.row.bound_to))
        secret = sign_ins.begin(world, tx, Kind.BROWSER, found.session, lifetime=lifetime)
        keep_record(world, log, tx)
    return with_cookie(to, secret)


def _token(browser: BrowserRequest, given: Mapping[str, str]) -> HttpResponse:
    world, log = browser.world, browser.log
    log.console = ConsoleEvent(LINK)
    session = _session(browser, given.get("Session", ""))  # 1.
    log.caller = caller_of(session)
    seconds = _seconds(session, given.get("SessionDuration", ""))  # 2.
    with world.database.write(log.now) as tx:
        secret = sign_ins.begin(world, tx, Kind.FEDERATION, session, bound_to=str(seconds), lifetime=VALID)
        keep_record(world, log, tx)
    text = json.dumps({"SigninToken": secret}).encode()
    headers = (("content-type", "application/json"), ("content-length", str(len(text))))
    return HttpResponse(200, (*headers, ("cache-control", "no-store")), text)


def _session(browser: BrowserRequest, text: str) -> Session:
    """Rule 1. Raises AwsError."""
    world = browser.world
    try:
        shown = msgspec.json.decode(text, type=Shown)
    except (ValueError, RecursionError):
        raise refused(
            400, "InvalidRequest", "Session must be JSON with sessionId, sessionKey and sessionToken."
        ) from None
    try:
        session = world.facts.session(shown.session_token)
        check_session(world.facts, session, world.clock.now())
    except AwsError as error:
        if error.code not in {"InvalidSessionToken", "ExpiredToken"}:
            raise
        raise _unproved(error.meant) from None
    key, secret = shown.session_id.encode(), shown.session_key.encode()
    same_key = hmac.compare_digest(key, session.access_key_id.encode())
    if not (hmac.compare_digest(secret, session.secret.encode()) and same_key):
        raise _unproved("the key isn't the token's")
    if session.kind not in {"role", "federated"}:
        said = "Only sessions of roles and of federated users sign in to the console."
        raise refused(400, "InvalidRequest", said)
    return session


def _seconds(session: Session, asked: str) -> int:
    """Rule 2."""
    if not asked:
        return _LONGEST
    if session.kind == "federated" or session.chained:
        said = "SessionDuration can't be given for federated users, and not for chained roles."
        raise refused(400, "InvalidRequest", said)
    if not (asked.isascii() and asked.isdigit() and len(asked) < 6 and _SHORTEST <= int(asked) <= _LONGEST):  # noqa: PLR2004 digits of 43200 and less
        raise refused(400, "InvalidRequest", f"SessionDuration is {_SHORTEST} to {_LONGEST} seconds.")
    return int(asked)


def _ask(browser: BrowserRequest, given: Mapping[str, str]) -> HttpResponse:
    """Rule 3."""
    token = given.get("SigninToken", "")
    try:
        found = sign_ins.find(browser.world, token, Kind.FEDERATION)
    except AwsError as error:
        if error.code not in {"InvalidSessionToken", "ExpiredToken"}:
            raise
        raise refused(403, "FailedAuthentication", _LATE) from None
    to = destination(given.get("Destination", "").removeprefix(browser.origin))  # 4.
    return page(
        "Sign in",
        el("p", "You will be"),
        el("p", el("code", found.own.principal.arn), class_="card"),
        form("/federation/login", "Sign in", hidden={"token": token, "to": to}),
    )


def _unproved(meant: str) -> AwsError:
    return refused(400, "InvalidRequest", "The credentials in Session aren't valid.", meant)
