"""The pages of signing in to the access portal. What they say is here; what they do is in `sign_in`."""

from collections.abc import Mapping
from typing import Final

from watchword.gateway.console.browser import CSRF, BrowserRequest
from watchword.gateway.console.html import Html, el
from watchword.gateway.console.page import field, form, notice, page
from watchword.names import HttpResponse

WRONG: Final = "The user name or the password is wrong."
WRONG_CODE: Final = "The code is wrong, or was used already. Wait for the next one."
SIGNED_OUT: Final = "You are signed out."
SET: Final = "Your password is set. Sign in with it."
DIFFER: Final = "The passwords differ."


def password(
    kept: Mapping[str, str], *, user: str = "", bad: str = "", good: str = "", status: int = 200
) -> HttpResponse:
    """User and password. kept: where to go then, and which directory it is."""
    fields = (
        field(
            "User name",
            "user",
            value=user,
            autocomplete="username",
            autofocus=not user,
            autocapitalize="none",
            spellcheck="false",
        ),
        _password("Password", "password", "current-password", autofocus=bool(user)),
    )
    return page(
        "Sign in to the access portal",
        notice(bad) if bad else notice(good, good=True) if good else None,
        form("/start/signin", "Sign in", *fields, hidden=dict(kept)),
        el(
            "p",
            "You get your first password by a link from your administrator. IAM users sign in ",
            el("a", "to the console", href="/signin"),
            ".",
            class_="quiet",
        ),
        status=status,
    )


def code(browser: BrowserRequest, to: str, *, bad: str = "", status: int = 200) -> HttpResponse:
    """A code of the person's app."""
    return page(
        "One more step",
        notice(bad) if bad else None,
        form("/start/code", "Continue", code_field(), hidden={"next": to, CSRF: browser.token}),
        el("p", el("a", "Sign in as somebody else", href="/start/signin"), class_="quiet"),
        status=status,
    )


def new_password(secret: str, user: str, *, bad: str = "", status: int = 200) -> HttpResponse:
    """A password, by a link."""
    fields = (
        el("input", type="text", name="user", value=user, autocomplete="username", hidden=True),
        _password("New password", "new", "new-password", autofocus=True),
        _password("New password, again", "again", "new-password"),
    )
    return page(
        "Set your password",
        notice(bad) if bad else None,
        el("p", "You are ", el("strong", user), ". This link is good once."),
        form("/start/password", "Set password", *fields, hidden={"secret": secret}),
        status=status,
    )


def code_field() -> Html:
    """Where a code of an app is typed."""
    return field(
        "Code",
        "code",
        hint="Six digits, from your authenticator app.",
        inputmode="numeric",
        autocomplete="one-time-code",
        pattern="[0-9 ]{6,7}",
        maxlength="7",
        autofocus=True,
    )


def _password(label: str, name: str, kind: str, *, autofocus: bool = False) -> Html:
    return field(label, name, type="password", autocomplete=kind, autofocus=autofocus)
