"""Signing in by a password, and out. Each step has a page, a form, and a secret of its own in the cookie.

    /signin            account, user, password          -> one of the next three
    /signin/code       a code of an MFA device           of users who have one
    /signin/password   another password, if it must be   decided like any ChangePassword
    /console           signed in
    /signin/out        signed out

1. Who has had too many wrong ones must wait, before anything is looked at (`identity.failed_sign_ins`).
2. An unknown account, an unknown user, one without a password, a blocked one and a wrong password are the
   same work, the same words and the same status (`access.passwords`).
3. A user with MFA devices gives a code before anything else is told about the password.
4. What comes of a step is in one transaction: the sign-in before it is forgotten, the new one is made, and
   the event is recorded, of somebody who is in now or whose code is asked for.

The root user has no password, and so no way in here.
Sources: AWS Sign-In User Guide, "Sign in to the AWS Management Console as an IAM user"; OWASP,
"Authentication Cheat Sheet"; AWS CloudTrail User Guide, "AWS Management Console sign-in events".
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from watchword.access import Caller, passwords, sign_ins
from watchword.access.console_events import CHECK_MFA, LOGIN, LOGOUT
from watchword.access.mfa_codes import try_codes
from watchword.access.passwords import Outcome
from watchword.access.request_context import DIRECT
from watchword.access.request_log import ConsoleEvent
from watchword.access.sign_ins import HOURS, STEP, SignedIn
from watchword.gateway.console import credentials
from watchword.gateway.console import sign_in_pages as pages
from watchword.gateway.console.browser import COOKIE, BrowserRequest, posted, refused
from watchword.gateway.console.destination import destination
from watchword.gateway.console.page import redirect
from watchword.gateway.dispatch import dispatch, keep_record, refuse
from watchword.names import AwsError, HttpResponse
from watchword.store import accounts
from watchword.store import sign_ins as kept
from watchword.store.iam import login_profiles, mfa_devices, password_policies, users
from watchword.store.iam.login_profiles import LoginProfile
from watchword.store.iam.mfa_devices import MfaDevice
from watchword.store.iam.users import User
from watchword.store.sign_ins import Kind

_FAILED = "FailedAuthentication"
_LONGEST_COUNTED = 100
"""Of the name of an account that doesn't exist. Each has a count of its own, as those that exist do."""
SECURE = "Path=/; Secure; HttpOnly; SameSite=Lax"
SIGNED_OUT = ("set-cookie", f"{COOKIE}=; {SECURE}; Max-Age=0")


class Proved(NamedTuple):
    """Who gave the right password."""

    user: User
    password_set: datetime | None
    outcome: Outcome
    device: str = ""
    """The ARN of the MFA device that they gave a code of."""


def show(browser: BrowserRequest) -> HttpResponse:
    """GET /signin."""
    said = pages.SIGNED_OUT if "out" in browser.query else ""
    return pages.password(_next(browser), account=browser.query.get("account", ""), good=said)


def sign_in(browser: BrowserRequest) -> HttpResponse:
    """POST /signin."""
    world, log = browser.world, browser.log
    event = log.console = ConsoleEvent(LOGIN)
    given = posted(browser, signed_in=False)
    event.additional = _told(browser)
    name, typed = given.get("user", ""), given.get("account", "").strip()
    account = event.account = _account(browser, typed)
    counted = (log.request.peer, account or typed[:_LONGEST_COUNTED])
    world.failed_sign_ins.check(*counted, log.now)  # 1.
    tried = passwords.sign_in(world, account, name, given.get("password", ""), log.now)
    if tried.user is None or tried.password_set is None:  # 2.
        world.failed_sign_ins.count(*counted, log.now)
        with world.database.read() as tx:
            event.user = users.named(tx, account, name)
        return _again(
            browser,
            AwsError(_FAILED, 403, "Failed authentication", tried.meant),
            lambda: pages.password(_next(browser), account=typed, user=name, bad=pages.WRONG, status=403),
        )
    return _proceed(browser, Proved(tried.user, tried.password_set, tried.outcome))


def show_code(browser: BrowserRequest) -> HttpResponse:
    """GET /signin/code."""
    found = _step(browser, Kind.CODE)
    return pages.code(browser, _devices(browser, found), _next(browser))


def give_code(browser: BrowserRequest) -> HttpResponse:
    """POST /signin/code."""
    world, log = browser.world, browser.log
    event = log.console = ConsoleEvent(LOGIN)
    given = posted(browser, signed_in=True)
    found = _step(browser, Kind.CODE)
    user, devices = _user(browser, found), _devices(browser, found)
    event.account, event.user = user.account, user
    chosen = next((each for each in devices if each.arn == given.get("device")), devices[0])
    event.additional = _told(browser, chosen.arn)
    tried = try_codes(world, chosen.id, log.now, given.get("code", "").replace(" ", ""))
    if not tried.right:
        blocked = f"blocked until {tried.blocked_until}" if tried.blocked_until else "wrong code"
        return _again(
            browser,
            AwsError(_FAILED, 403, "Failed authentication", blocked),
            lambda: pages.code(browser, devices, _next(browser), bad=pages.WRONG_CODE, status=403),
        )
    profile = _profile(browser, user)
    with world.database.read() as tx:
        policy = password_policies.of(tx, user.account)
    outcome = passwords.state(profile, policy, log.now)
    return _proceed(browser, Proved(user, found.row.password_set, outcome, chosen.arn))


def show_change(browser: BrowserRequest) -> HttpResponse:
    """GET /signin/password."""
    return pages.change(browser, _user(browser, _step(browser, Kind.PASSWORD)).name, _next(browser))


def change(browser: BrowserRequest) -> HttpResponse:
    """POST /signin/password."""
    given = posted(browser, signed_in=True)
    found = _step(browser, Kind.PASSWORD)
    user = _user(browser, found)
    if given.get("new") != given.get("again"):
        return pages.change(browser, user.name, _next(browser), bad=pages.DIFFER, status=400)
    try:
        _change_password(browser, found.own, given.get("old", ""), given.get("new", ""))
    except AwsError as error:
        return pages.change(browser, user.name, _next(browser), bad=pages.told(error), status=400)
    profile = _profile(browser, user)
    browser.log.console = ConsoleEvent(LOGIN, additional=_told(browser))
    multi_factor = found.session.mfa_at is not None
    return _open(browser, Proved(user, profile.changed, Outcome.RIGHT), multi_factor=multi_factor)


def sign_out(browser: BrowserRequest) -> HttpResponse:
    """POST /signin/out."""
    posted(browser, signed_in=True)
    world, log = browser.world, browser.log
    try:
        found = sign_ins.find(world, browser.secret, Kind.BROWSER)
    except AwsError as error:
        if error.code not in {"InvalidSessionToken", "ExpiredToken"}:
            raise
        return redirect("/signin?out", SIGNED_OUT)  # it has ended already
    log.caller, log.console = found.own, ConsoleEvent(LOGOUT)
    with world.database.write(log.now) as tx:
        credentials.end(browser, tx)
        kept.remove(tx, found.row.id)
        keep_record(world, log, tx)
    return redirect("/signin?out", SIGNED_OUT)


def with_cookie(to: str, secret: str) -> HttpResponse:
    """On to another page, with the secret of the next step."""
    return redirect(to, ("set-cookie", f"{COOKIE}={secret}; {SECURE}"))


def _proceed(browser: BrowserRequest, proved: Proved) -> HttpResponse:
    """The next step: rule 3, then what is to be said about the password."""
    with browser.world.database.read() as tx:
        has_devices = bool(mfa_devices.of_user(tx, proved.user.id))
    if has_devices and not proved.device:
        return _wait_for(browser, Kind.CODE, proved)
    if proved.outcome is Outcome.EXPIRED:
        assert browser.log.console is not None
        browser.log.console.user = proved.user
        error = AwsError(_FAILED, 403, "Failed authentication", "the password has expired")
        return _again(browser, error, lambda: pages.password(_next(browser), bad=pages.EXPIRED, status=403))
    if proved.outcome is Outcome.MUST_CHANGE:
        return _wait_for(browser, Kind.PASSWORD, proved)
    return _open(browser, proved, multi_factor=bool(proved.device))


def _wait_for(browser: BrowserRequest, kind: Kind, proved: Proved) -> HttpResponse:
    world, log = browser.world, browser.log
    session = sign_ins.user_session(world, proved.user, STEP, log.now, multi_factor=bool(proved.device))
    with world.database.write(log.now) as tx:
        credentials.end(browser, tx)
        kept.remove(tx, sign_ins.digest(browser.secret))
        secret = sign_ins.begin(
            world, tx, kind, session, user_id=proved.user.id, password_set=proved.password_set
        )
        if kind is Kind.CODE:
            log.caller = Caller(proved.user.principal)
            log.console = ConsoleEvent(CHECK_MFA, additional={"MfaType": "Virtual MFA"})
            keep_record(world, log, tx)
    return with_cookie(f"/signin/{kind.value}{pages.query(_next(browser))}", secret)


def _open(browser: BrowserRequest, proved: Proved, *, multi_factor: bool) -> HttpResponse:
    """Rule 4: they are in."""
    world, log, user = browser.world, browser.log, proved.user
    session = sign_ins.user_session(world, user, HOURS, log.now, multi_factor=multi_factor)
    assert log.console is not None
    log.caller, log.console.made = Caller(user.principal), session
    log.console.additional = _told(browser, proved.device, used=multi_factor)
    with world.database.write(log.now) as tx:
        credentials.end(browser, tx)
        kept.remove(tx, sign_ins.digest(browser.secret))
        secret = sign_ins.begin(
            world, tx, Kind.BROWSER, session, user_id=user.id, password_set=proved.password_set
        )
        keep_record(world, log, tx)
    return with_cookie(_next(browser), secret)


def _again(browser: BrowserRequest, error: AwsError, show_again: Callable[[], HttpResponse]) -> HttpResponse:
    """The refusal is recorded, and the form is shown again."""
    recorded = refuse(browser.world, browser.log, error)
    if recorded is not error:
        recorded.request_id = browser.log.request_id
        raise recorded
    return show_again()


def _change_password(browser: BrowserRequest, caller: Caller, old: str, new: str) -> None:
    given = {"OldPassword": old, "NewPassword": new}
    model = browser.world.models.service("iam").operation("ChangePassword")
    model.check(given)
    dispatch(browser.world, caller, ("iam", "ChangePassword"), given, via=DIRECT, request=browser.request)


def _step(browser: BrowserRequest, kind: Kind) -> SignedIn:
    """Who is at this step. Raises AwsError."""
    try:
        return sign_ins.find(browser.world, browser.secret, kind)
    except AwsError as error:
        if error.code not in {"InvalidSessionToken", "ExpiredToken"}:
            raise
        raise refused(403, "ExpiredForm", "This took too long, or is done already. Sign in again.") from None


def _user(browser: BrowserRequest, found: SignedIn) -> User:
    with browser.world.database.read() as tx:
        user = users.by_id(tx, found.row.user_id or "")
    if user is None:
        raise refused(403, "ExpiredForm", "The user was deleted meanwhile.")
    return user


def _profile(browser: BrowserRequest, user: User) -> LoginProfile:
    with browser.world.database.read() as tx:
        profile = login_profiles.of(tx, user.id)
    if profile is None:
        raise refused(403, "ExpiredForm", "The password was removed meanwhile.")
    return profile


def _devices(browser: BrowserRequest, found: SignedIn) -> list[MfaDevice]:
    with browser.world.database.read() as tx:
        devices = mfa_devices.of_user(tx, found.row.user_id or "")
    if not devices:
        raise refused(403, "ExpiredForm", "The MFA device was removed meanwhile. Sign in again.")
    return devices


def _account(browser: BrowserRequest, typed: str) -> str:
    """The id of an account by id or alias; empty for one that isn't there, or is closed."""
    with browser.world.database.read() as tx:
        found = accounts.by_id(tx, typed.replace("-", "")) or accounts.of_alias(tx, typed.lower())
    return found.id if found and found.closed is None else ""


def _next(browser: BrowserRequest) -> str:
    """Where to go once they are in."""
    given = browser.form if browser.request.method == "POST" else browser.query
    return destination(given.get("next", ""))


def _told(browser: BrowserRequest, device: str = "", *, used: bool = False) -> dict[str, str]:
    """`additionalEventData`, as CloudTrail names its members."""
    told = {"LoginTo": browser.origin + _next(browser), "MobileVersion": "No"}
    if device:
        told["MFAIdentifier"] = device
    return {**told, "MFAUsed": "Yes" if device or used else "No"}
