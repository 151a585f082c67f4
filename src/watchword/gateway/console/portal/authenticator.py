"""A person adds an authenticator app: its codes are asked for at each sign-in from then on.

    GET  /start/authenticator           whether there is one
    POST /start/authenticator           a new seed, for somebody who gives their password again
    POST /start/authenticator/confirm   the first code: the app is in use

1. The password is asked for again: else who finds an open browser could lock its owner out. So the seed is
   shown right after it, and not again.
2. An app in use isn't replaced here. An administrator removes one that was lost.
"""

import base64
from urllib.parse import quote, urlencode

from watchword.access import portal_proofs
from watchword.access.portal import InPortal
from watchword.access.portal_events import DIRECTORY
from watchword.access.request_log import PortalEvent
from watchword.facts.credentials import KEYRING
from watchword.gateway.console.browser import CSRF, BrowserRequest, posted, refused
from watchword.gateway.console.html import Html, el
from watchword.gateway.console.page import field, form, notice, page
from watchword.gateway.console.portal.home import top
from watchword.gateway.console.portal.sign_in_pages import WRONG_CODE, code_field
from watchword.gateway.dispatch import keep_record
from watchword.identity.portal import seeds
from watchword.names import HttpResponse
from watchword.proofs import mfa
from watchword.store.portal import authenticators
from watchword.store.portal.authenticators import Authenticator

PLACE = "/start/authenticator"
EVENT = "CompleteVirtualMfaDeviceRegistration"
WRONG = "The password is wrong."


def show(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """GET /start/authenticator."""
    return _page(browser, found)


def begin(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """POST /start/authenticator."""
    world, log = browser.world, browser.log
    given = posted(browser, signed_in=True)
    counted = (log.request.peer, found.user.directory)
    world.failed_sign_ins.check(*counted, log.now)
    tried = portal_proofs.by_password(  # 1.
        world, found.user.directory, found.user.name, given.get("password", ""), log.now
    )
    if tried.password_set is None:
        world.failed_sign_ins.count(*counted, log.now)
        return _page(browser, found, bad=WRONG)
    seed = world.randomness(mfa.SEED_BYTES)
    sealed = seeds.seal(seed, found.user.id, world.facts.need(KEYRING))
    with world.database.write(log.now) as tx:
        known = authenticators.of(tx, found.user.id)
        if known and known.in_use:  # 2.
            raise refused(409, "InUse", "You have an authenticator app already.")
        authenticators.put(tx, Authenticator(found.user.id, sealed.secret, sealed.sealing_key, log.now))
    return _show_seed(browser, found, seed)


def confirm(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """POST /start/authenticator/confirm."""
    world, log = browser.world, browser.log
    given = posted(browser, signed_in=True)
    with world.database.read() as tx:
        known = authenticators.of(tx, found.user.id)
    if known is None or known.in_use:
        raise refused(409, "ExpiredForm", "This is done already. Load the page again.")
    log.portal = PortalEvent(EVENT, DIRECTORY)
    if not portal_proofs.by_code(world, found.user.id, given.get("code", "").replace(" ", ""), log.now).right:
        log.portal = None
        return _ask_for_code(browser, found, bad=WRONG_CODE)
    keep_record(world, log, None)
    return _page(browser, found)


def _page(browser: BrowserRequest, found: InPortal, *, bad: str = "") -> HttpResponse:
    with browser.world.database.read() as tx:
        known = authenticators.of(tx, found.user.id)
    if known and known.in_use:
        said = "Your app is in use: its codes are asked for when you sign in."
        shown = (notice(said, good=True), el("p", "Lost it? Your administrator can remove it."))
        return page("Authenticator app", *shown, top=top(browser, found))
    return page(
        "Authenticator app",
        notice(bad) if bad else None,
        el("p", "With an app, a stolen password alone lets nobody in."),
        form(
            PLACE,
            "Add an app",
            field("Your password", "password", type="password", autocomplete="current-password"),
            hidden={CSRF: browser.token},
        ),
        top=top(browser, found),
        status=403 if bad else 200,
    )


def _show_seed(browser: BrowserRequest, found: InPortal, seed: bytes) -> HttpResponse:
    key = base64.b32encode(seed).decode()
    label = quote(f"Watchword:{found.user.name}")
    uri = f"otpauth://totp/{label}?{urlencode({'secret': key, 'issuer': 'Watchword'})}"
    shown = (
        el("p", "Type this key into your app, then the code that it shows:"),
        el("pre", key),
        el("p", "As an address: ", el("code", uri), class_="quiet"),
    )
    return _ask_for_code(browser, found, *shown)


def _ask_for_code(browser: BrowserRequest, found: InPortal, *shown: Html, bad: str = "") -> HttpResponse:
    return page(
        "Add an authenticator app",
        notice(bad) if bad else None,
        *shown,
        form(f"{PLACE}/confirm", "Continue", code_field(), hidden={CSRF: browser.token}),
        top=top(browser, found),
        status=403 if bad else 200,
    )
