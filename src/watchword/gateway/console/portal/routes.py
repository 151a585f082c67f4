"""Which page of the access portal answers a request."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from watchword.access.portal import InPortal
from watchword.gateway.console.browser import BrowserRequest
from watchword.gateway.console.destination import in_portal
from watchword.gateway.console.html import Html, el
from watchword.gateway.console.page import redirect
from watchword.gateway.console.portal import authenticator, authorize, device, home, passwords, sign_in
from watchword.gateway.console.portal.people import COOKIE, in_front
from watchword.identity.portal.start_url import DIRECTORY, PORTAL
from watchword.names import HttpResponse

STRANGERS: Final[Mapping[tuple[str, str], Callable[[BrowserRequest], HttpResponse]]] = {
    ("GET", "/start/signin"): sign_in.show,
    ("POST", "/start/signin"): sign_in.sign_in,
    ("GET", "/start/code"): sign_in.show_code,
    ("POST", "/start/code"): sign_in.give_code,
    ("POST", "/start/out"): sign_in.sign_out,
    ("GET", "/start/password"): passwords.show,
    ("POST", "/start/password"): passwords.put,
}
"""Pages for anybody."""
SIGNED_IN: Final[Mapping[tuple[str, str], Callable[[BrowserRequest, InPortal], HttpResponse]]] = {
    ("GET", PORTAL): home.home,
    ("POST", "/start/console"): home.console,
    ("POST", "/start/keys"): home.keys,
    ("GET", "/start/device"): device.show,
    ("POST", "/start/device"): device.look,
    ("POST", "/start/device/answer"): device.answer,
    ("GET", "/start/authenticator"): authenticator.show,
    ("POST", "/start/authenticator"): authenticator.begin,
    ("POST", "/start/authenticator/confirm"): authenticator.confirm,
    ("GET", "/authorize"): authorize.ask,
    ("POST", "/authorize"): authorize.give,
}
"""Pages for people who are signed in. Others are asked to sign in, and then come to the page."""


def answer(asked: tuple[str, str], browser: BrowserRequest) -> HttpResponse | None:
    """The page at a method and a path; None where there is none."""
    browser = replace(browser, kept_in=COOKIE)
    if act := STRANGERS.get(asked):
        return act(browser)
    directory = _directory(asked)
    inside = SIGNED_IN.get(("GET", PORTAL) if directory else asked)
    if inside is None:
        return None
    found = in_front(browser)
    if found and directory in {"", found.user.directory}:
        return inside(browser, found)
    named = {"directory": directory} if directory else {}
    return redirect(f"/start/signin?{urlencode({'next': _here(browser), **named})}")


def way_back(path: str) -> Html | None:
    """From a page of the portal that says what can't be done; None for any other."""
    return el("a", "To the access portal", href=PORTAL) if path.startswith((PORTAL, "/authorize")) else None


def _directory(asked: tuple[str, str]) -> str:
    """The id of the directory in `/start/DIRECTORY`; empty for any other path."""
    method, path = asked
    named = path.removeprefix(f"{PORTAL}/")
    return named if method == "GET" and DIRECTORY.fullmatch(named) else ""


def _here(browser: BrowserRequest) -> str:
    """The page that was asked for, to come back to; none after a form."""
    request = browser.request
    return (
        in_portal(request.path + (f"?{request.query}" if request.query else ""))
        if request.method == "GET"
        else ""
    )
