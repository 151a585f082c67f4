"""Signing in to the access portal by a password, and out.

    /start/signin   user, password         -> one of the next two
    /start/code     a code of an app         of people who have one
    /start          signed in
    /start/out      signed out, with all that was let in

The rules are those of IAM's users (`console.sign_in`): who has had too many wrong ones waits; an unknown
user, one without a password, a disabled or blocked one, and a wrong password are the same work, words and
status; each step has a secret of its own, and ends the session that the browser had before.
Source: OWASP, "Authentication Cheat Sheet"; IAM Identity Center User Guide, "Understanding IAM Identity
Center sign-in events".
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from msgspec import structs

from watchword.access import portal, portal_proofs
from watchword.access.caller import Caller
from watchword.access.portal import principal_of
from watchword.access.portal_events import AUTHENTICATION, CODE, PASSWORD, PORTAL, SIGN_IN, VERIFICATION
from watchword.access.request_log import PortalEvent
from watchword.gateway.console.browser import BrowserRequest, posted, refused
from watchword.gateway.console.destination import in_portal
from watchword.gateway.console.page import redirect
from watchword.gateway.console.portal import sign_in_pages as pages
from watchword.gateway.console.portal.people import SIGNED_OUT, forget, in_front, with_cookie
from watchword.gateway.dispatch import keep_record, refuse
from watchword.names import AwsError, HttpResponse
from watchword.names.principal import IdentityCenterUser
from watchword.store.identity_center.instances import Instance
from watchword.store.portal import authenticators, sessions
from watchword.store.portal.secrets import Kind
from watchword.store.portal.sessions import Stage

_FAILED = "FailedAuthentication"


class Proved(NamedTuple):
    """Who gave the right password, since when it is theirs, and what else was proved."""

    user: IdentityCenterUser
    password_set: datetime | None
    code: bool = False


def show(browser: BrowserRequest) -> HttpResponse:
    """GET /start/signin."""
    _instance(browser)
    said = pages.SIGNED_OUT if "out" in browser.query else pages.SET if "set" in browser.query else ""
    return pages.password(_kept(browser), good=said)


def sign_in(browser: BrowserRequest) -> HttpResponse:
    """POST /start/signin."""
    world, log = browser.world, browser.log
    event = log.portal = PortalEvent(VERIFICATION, SIGN_IN)
    given = posted(browser, signed_in=False)
    instance, name = _instance(browser), given.get("user", "").strip()
    event.account, event.additional = instance.account, _told(browser, PASSWORD)
    counted = (log.request.peer, instance.directory)
    world.failed_sign_ins.check(*counted, log.now)
    tried = portal_proofs.by_password(world, instance.directory, name, given.get("password", ""), log.now)
    user = principal_of(tried.user, instance.account) if tried.user else None
    if user is None or tried.password_set is None:
        world.failed_sign_ins.count(*counted, log.now)
        event.user = user
        error = AwsError(_FAILED, 403, "Failed authentication", tried.meant)
        return again(
            browser, error, lambda: pages.password(_kept(browser), user=name, bad=pages.WRONG, status=403)
        )
    with world.database.read() as tx:
        app = authenticators.of(tx, user.user_id)
    proved = Proved(user, tried.password_set)
    return _wait_for_code(browser, proved) if app and app.in_use else _open(browser, proved)


def show_code(browser: BrowserRequest) -> HttpResponse:
    """GET /start/code."""
    _step(browser)
    return pages.code(browser, _next(browser))


def give_code(browser: BrowserRequest) -> HttpResponse:
    """POST /start/code."""
    world, log = browser.world, browser.log
    event = log.portal = PortalEvent(VERIFICATION, SIGN_IN, additional=_told(browser, CODE))
    given = posted(browser, signed_in=True)
    found = _step(browser)
    event.account, event.user = found.session.account, principal_of(found.user, found.session.account)
    tried = portal_proofs.by_code(world, found.user.id, given.get("code", "").replace(" ", ""), log.now)
    if not tried.right:
        blocked = f"blocked until {tried.blocked_until}" if tried.blocked_until else "wrong code"
        error = AwsError(_FAILED, 403, "Failed authentication", blocked)
        return again(
            browser, error, lambda: pages.code(browser, _next(browser), bad=pages.WRONG_CODE, status=403)
        )
    return _open(browser, Proved(event.user, found.session.password_set, code=True))


def sign_out(browser: BrowserRequest) -> HttpResponse:
    """POST /start/out."""
    posted(browser, signed_in=True)
    found = in_front(browser)
    if found:
        browser.log.portal = PortalEvent("Logout", PORTAL)
        with browser.world.database.write(browser.log.now) as tx:
            sessions.remove(tx, found.session.id)
            keep_record(browser.world, browser.log, tx)
    return redirect("/start/signin?out", SIGNED_OUT)


def again(browser: BrowserRequest, error: AwsError, show_again: Callable[[], HttpResponse]) -> HttpResponse:
    """The refusal is recorded, and the form is shown again."""
    recorded = refuse(browser.world, browser.log, error)
    if recorded is not error:
        recorded.request_id = browser.log.request_id
        raise recorded
    return show_again()


def _wait_for_code(browser: BrowserRequest, proved: Proved) -> HttpResponse:
    world, log = browser.world, browser.log
    log.caller = Caller(proved.user)
    with world.database.write(log.now) as tx:
        forget(browser, tx)
        waiting = portal.begin(
            world, tx, proved.user, Stage.STEP, log.request.peer, password_set=proved.password_set
        )
        secret = portal.hold(world, tx, waiting, Kind.STEP)
        keep_record(world, log, tx)
    return with_cookie(f"/start/code?{urlencode({'next': _next(browser)})}", secret)


def _open(browser: BrowserRequest, proved: Proved) -> HttpResponse:
    """They are in."""
    world, log = browser.world, browser.log
    told = _told(browser, f"{PASSWORD},{CODE}" if proved.code else PASSWORD)
    log.portal = PortalEvent(AUTHENTICATION, SIGN_IN, additional=told)
    with world.database.write(log.now) as tx:
        forget(browser, tx)
        session = portal.begin(
            world,
            tx,
            proved.user,
            Stage.IN,
            log.request.peer,
            password_set=proved.password_set,
            mfa_at=log.now if proved.code else None,
        )
        secret = portal.hold(world, tx, session, Kind.BROWSER)
        log.caller = Caller(structs.replace(proved.user, credential_id=session.id))
        keep_record(world, log, tx)
    return with_cookie(_next(browser), secret)


def _step(browser: BrowserRequest) -> portal.InPortal:
    """Who gave the right password. Raises AwsError."""
    try:
        return portal.find(browser.world, browser.secret, Kind.STEP)
    except AwsError as error:
        if error.code != "InvalidSessionToken":
            raise
        raise refused(403, "ExpiredForm", "This took too long, or is done already. Sign in again.") from None


def _instance(browser: BrowserRequest) -> Instance:
    """The instance whose people sign in here. Raises AwsError."""
    with browser.world.database.read() as tx:
        found = portal.instance_at(tx, _given(browser).get("directory", ""))
    if found is None:
        raise refused(404, "NotFound", "There is no access portal here: IAM Identity Center isn't set up.")
    return found


def _given(browser: BrowserRequest) -> Mapping[str, str]:
    return browser.form if browser.request.method == "POST" else browser.query


def _kept(browser: BrowserRequest) -> dict[str, str]:
    """What the form of the sign-in keeps."""
    given = _given(browser)
    named = given.get("directory", "")
    return {"next": _next(browser)} | ({"directory": named} if named else {})


def _next(browser: BrowserRequest) -> str:
    """Where to go once they are in."""
    return in_portal(_given(browser).get("next", ""))


def _told(browser: BrowserRequest, credential: str) -> dict[str, str]:
    """`additionalEventData`, as CloudTrail names its members."""
    place = _next(browser).partition("?")[0]  # without the code of a program that waits
    return {"CredentialType": credential, "LoginTo": browser.origin + place}
