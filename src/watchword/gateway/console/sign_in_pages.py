"""The pages of signing in. What they say is here; what they do is in `sign_in`."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from watchword.gateway.console.browser import CSRF, BrowserRequest
from watchword.gateway.console.destination import HOME
from watchword.gateway.console.html import Html, el, join
from watchword.gateway.console.page import field, form, notice, page
from watchword.names import AwsError, HttpResponse
from watchword.store.iam.mfa_devices import MfaDevice

WRONG: Final = "The account, the user name or the password is wrong."
WRONG_CODE: Final = "The code is wrong, or was used already. Wait for the next one."
EXPIRED: Final = "The password has expired. Only an administrator can set another one."
DIFFER: Final = "The new passwords differ."
SIGNED_OUT: Final = "You are signed out."


def password(
    to: str, *, account: str = "", user: str = "", bad: str = "", good: str = "", status: int = 200
) -> HttpResponse:
    """Account, user, password."""
    focus = "password" if bad and user else "user" if account else "account"
    fields = (
        field("Account id or alias", "account", value=account, autofocus=focus == "account", **_AS_TYPED),
        field(
            "User name", "user", value=user, autocomplete="username", autofocus=focus == "user", **_AS_TYPED
        ),
        _password("Password", "password", "current-password", autofocus=focus == "password"),
    )
    return page(
        "Sign in",
        _said(bad, good),
        form("/signin", "Sign in", *fields, hidden={"next": to}),
        el(
            "p",
            "The first administrator comes in by a link: ",
            el("code", "watchword console"),
            " on the server prints one.",
            class_="quiet",
        ),
        status=status,
    )


def code(
    browser: BrowserRequest, devices: Sequence[MfaDevice], to: str, *, bad: str = "", status: int = 200
) -> HttpResponse:
    """A code of one of the user's devices."""
    number = field(
        "Code",
        "code",
        hint="Six digits, from your authenticator app.",
        inputmode="numeric",
        autocomplete="one-time-code",
        pattern="[0-9 ]{6,7}",
        maxlength="7",
        autofocus=True,
    )
    kept = {"next": to, CSRF: browser.token}
    return page(
        "One more step",
        _said(bad),
        form("/signin/code", "Continue", _choice(devices), number, hidden=kept),
        _restart(),
        status=status,
    )


def change(browser: BrowserRequest, user: str, to: str, *, bad: str = "", status: int = 200) -> HttpResponse:
    """Another password."""
    fields = (
        el("input", type="text", name="user", value=user, autocomplete="username", hidden=True),
        _password("Old password", "old", "current-password", autofocus=True),
        _password("New password", "new", "new-password"),
        _password("New password, again", "again", "new-password"),
    )
    return page(
        "Set another password",
        _said(bad),
        el("p", "You must set another password before you go on, ", el("strong", user), "."),
        form("/signin/password", "Set password", *fields, hidden={"next": to, CSRF: browser.token}),
        _restart(),
        status=status,
    )


def told(error: AwsError) -> str:
    """What is wrong with a new password, in the words of the operation."""
    return error.said or "The password can't be changed now. Try again in a minute."


def query(to: str) -> str:
    """A destination as the query of the next page's address."""
    return "" if to == HOME else f"?next={quote(to, safe='')}"


_AS_TYPED: Final = {"autocapitalize": "none", "spellcheck": "false"}


def _password(label: str, name: str, kind: str, *, autofocus: bool = False) -> Html:
    return field(label, name, type="password", autocomplete=kind, autofocus=autofocus)


def _said(bad: str, good: str = "") -> Html | None:
    return notice(bad) if bad else notice(good, good=True) if good else None


def _choice(devices: Sequence[MfaDevice]) -> Html:
    """Which device: told where there is a choice."""
    if len(devices) == 1:
        return el("input", type="hidden", name="device", value=devices[0].arn)
    options = join(*(el("option", each.whole_name.lstrip("/"), value=each.arn) for each in devices))
    return el(
        "div",
        el("label", "MFA device", for_="device"),
        el("select", options, id="device", name="device"),
        class_="field",
    )


def _restart() -> Html:
    return el("p", el("a", "Sign in as somebody else", href="/signin"), class_="quiet")
