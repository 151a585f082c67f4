"""Which page answers a request of a browser, and what is shown when none can."""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import structs

from watchword.access import RequestLog, sign_ins
from watchword.access.client_address import as_sent
from watchword.access.sign_ins import SignedIn
from watchword.gateway.console import authorize, credentials, federation, home, link, sign_in, switch_role
from watchword.gateway.console.browser import BrowserRequest, read
from watchword.gateway.console.built import ASSETS, asset, built
from watchword.gateway.console.destination import destination
from watchword.gateway.console.html import el
from watchword.gateway.console.page import STYLE, page, redirect, style
from watchword.gateway.console.portal import routes as portal
from watchword.gateway.console.sign_in_pages import query
from watchword.gateway.dispatch import refuse
from watchword.gateway.failure import as_fault
from watchword.identity.sign_in_clients import CONFIRMATION
from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.names.ids import new_request_id
from watchword.store.sign_ins import Kind
from watchword.world import World

Page = Callable[[BrowserRequest], HttpResponse]
Inside = Callable[[BrowserRequest, SignedIn], HttpResponse]

STRANGERS: Final[Mapping[tuple[str, str], Page]] = {
    ("GET", "/signin"): sign_in.show,
    ("POST", "/signin"): sign_in.sign_in,
    ("GET", "/signin/code"): sign_in.show_code,
    ("POST", "/signin/code"): sign_in.give_code,
    ("GET", "/signin/password"): sign_in.show_change,
    ("POST", "/signin/password"): sign_in.change,
    ("POST", "/signin/out"): sign_in.sign_out,
    ("GET", "/signin/link"): link.show,
    ("POST", "/signin/link"): link.use,
    ("POST", credentials.PLACE): credentials.hand_out,
    ("GET", CONFIRMATION): authorize.confirm,
    ("GET", "/federation"): federation.federate,
    ("POST", "/federation"): federation.federate,
    ("POST", "/federation/login"): federation.log_in,
}
"""Pages for anybody."""
SIGNED_IN: Final[Mapping[tuple[str, str], Inside]] = {
    ("GET", "/console"): home.home,
    ("GET", "/console/switch-role"): switch_role.show,
    ("POST", "/console/switch-role"): switch_role.switch,
    ("POST", "/console/exit-role"): switch_role.leave,
    ("GET", "/v1/authorize"): authorize.ask,
    ("POST", "/v1/authorize"): authorize.give,
}
"""Pages for those who are signed in. Others are asked to sign in, and then come to the page."""
_SAID: Final = {
    "Throttling": "Too many people sign in now, or too many attempts were wrong. Try again in a minute.",
    "ServiceUnavailable": "This server can't answer safely now. Try again in a minute.",
    "InternalFailure": "Something broke on the server. Its log has the reason under the request id.",
}
_STATUS: Final = {"Throttling": 429, "ServiceUnavailable": 503}


def answer(world: World, request: HttpRequest) -> HttpResponse:
    """The page. Raises nothing: what goes wrong is said on a page, and recorded if somebody signs in."""
    log = RequestLog(new_request_id(world.randomness), world.clock.now(), request)
    try:
        log.request = as_sent(request, world.settings.trusted_proxies)
        world.facts.confirm()
        response = _answer(read(world, log))
        return structs.replace(response, body=b"") if request.method == "HEAD" else response
    except Exception as broken:  # noqa: BLE001 said, recorded and logged
        error = as_fault(broken, log.request_id)
        if (log.console or log.portal) and not error.request_id:
            error = refuse(world, log, error)
        return _refusal(error, log)


def _answer(browser: BrowserRequest) -> HttpResponse:
    method, path = browser.request.method, browser.request.path.rstrip("/")
    asked = ("GET" if method == "HEAD" else method, path)
    if asked == ("GET", STYLE):
        return style()
    if asked[0] == "GET" and path.startswith(ASSETS):
        return asset(browser.request)
    if act := STRANGERS.get(asked):
        return act(browser)
    inside = SIGNED_IN.get(asked) or (home.home if _of_the_pages(asked) else None)
    if inside:
        found = _signed_in(browser)
        return inside(browser, found) if found else redirect(f"/signin{query(_here(browser))}")
    if (shown := portal.answer(asked, browser)) is not None:
        return shown
    raise AwsError("NotFound", 404, "There is no such page.")


def _of_the_pages(asked: tuple[str, str]) -> bool:
    """Whether the pages that npm built know what is at this address: all are one page to the server."""
    method, path = asked
    return method == "GET" and path.startswith("/console/") and built() is not None


def _signed_in(browser: BrowserRequest) -> SignedIn | None:
    try:
        found = sign_ins.find(browser.world, browser.secret, Kind.BROWSER)
    except AwsError as error:
        if error.code in {"InvalidSessionToken", "ExpiredToken"}:
            return None
        raise
    browser.log.caller = found.caller
    return found


def _here(browser: BrowserRequest) -> str:
    """The page that was asked for, to come back to; none after a form."""
    request = browser.request
    return (
        destination(request.path + (f"?{request.query}" if request.query else ""))
        if request.method == "GET"
        else ""
    )


def _refusal(error: AwsError, log: RequestLog) -> HttpResponse:
    said = error.said or _SAID.get(error.code, "The request was refused.")
    return page(
        "This can't be done",
        el("p", said),
        el("p", "Request id ", el("code", log.request_id), class_="quiet"),
        el("p", portal.way_back(log.request.path) or el("a", "To the console", href="/console")),
        status=error.status or _STATUS.get(error.code, 500 if error.code == "InternalFailure" else 403),
    )
