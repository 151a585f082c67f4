"""Letting in a program that waits elsewhere: a terminal without a browser (device authorization).

    GET  /start/device          the code that the terminal shows, filled in by its link
    POST /start/device          what asks, from where: yes or no
    POST /start/device/answer   yes or no

Somebody can start a program of theirs, and send its link to you (phishing of device codes): then your yes is
for them. So:

1. A link fills in the code and does nothing else. Who follows it says first that their own terminal shows it.
2. Before a yes it is told what asks, from which address, and when not to say it. The name is the program's
   own: anybody can choose any.
3. Wrong codes are counted like wrong passwords, so that no code is found by trying.
4. A code is good for ten minutes, for one answer, of somebody of the directory that the program named.

Source: RFC 8628, sections 3.3, 5.1 and 5.4; RFC 6819, section 4.4.1.4 (the page names who asks).
"""

from watchword.access.portal import InPortal
from watchword.access.portal_events import OAUTH
from watchword.access.request_log import PortalEvent
from watchword.gateway.console.browser import CSRF, BrowserRequest, posted, refused
from watchword.gateway.console.html import el
from watchword.gateway.console.page import field, form, notice, page
from watchword.gateway.console.portal.home import top, yes_or_no
from watchword.gateway.dispatch import keep_record
from watchword.identity.portal.start_url import DEVICE
from watchword.names import HttpResponse
from watchword.names.network import network
from watchword.proofs import user_code
from watchword.store import Transaction
from watchword.store.portal import device_authorizations, sessions
from watchword.store.portal.device_authorizations import DeviceAuthorization

UNKNOWN = "This code is unknown, was answered, or is older than ten minutes. Start the program again."
EVENT = "AuthorizeDevice"


def show(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """GET /start/device."""
    return _ask(browser, found, user_code.read_code(browser.query.get("user_code", "")) or "")


def look(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """POST /start/device."""
    world, log = browser.world, browser.log
    given = posted(browser, signed_in=True)
    typed = given.get("user_code", "")
    counted = (log.request.peer, found.user.id)
    world.failed_sign_ins.check(*counted, log.now)  # 3.
    with world.database.read() as tx:
        waiting = _waiting(browser, tx, found, typed)
    if waiting is None:
        world.failed_sign_ins.count(*counted, log.now)
        return _ask(browser, found, typed[:20], bad=UNKNOWN)
    return _consent(browser, found, waiting, user_code.read_code(typed) or "")


def answer(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """POST /start/device/answer."""
    world, log = browser.world, browser.log
    given = posted(browser, signed_in=True)
    yes = given.get("answer") == "yes"
    counted = (log.request.peer, found.user.id)
    world.failed_sign_ins.check(*counted, log.now)
    with world.database.write(log.now) as tx:
        waiting = _waiting(browser, tx, found, given.get("user_code", ""))
        if waiting is None or sessions.by_id(tx, found.session.id) is None:
            world.failed_sign_ins.count(*counted, log.now)
            raise refused(403, "UnknownCode", UNKNOWN)
        device_authorizations.decide(tx, waiting, found.session.id if yes else None)
        told = {
            "clientName": waiting.client_name,
            "askedFrom": waiting.source,
            "answer": "yes" if yes else "no",
        }
        log.portal = PortalEvent(EVENT, OAUTH, additional=told)
        keep_record(world, log, tx)
    said = "The program has its answer. Go back to your terminal." if yes else "The program gets nothing."
    return page(
        "Done",
        notice(said, good=yes),
        el("p", "You may close this page."),
        top=top(browser, found),
    )


def _ask(browser: BrowserRequest, found: InPortal, code: str, *, bad: str = "") -> HttpResponse:
    typed = field(
        "Code",
        "user_code",
        value=code,
        hint="Eight letters, as your terminal shows them.",
        autocapitalize="characters",
        autocomplete="off",
        spellcheck="false",
        maxlength="20",
        autofocus=not code,
    )
    return page(
        "Let a program in",
        notice(bad) if bad else None,
        el(
            "p",
            "Go on only if your own terminal shows this code now. Did somebody send you a link or a code? "
            "Then close this page: you would let them in as yourself.",
        ),
        form(DEVICE, "My terminal shows it", typed, hidden={CSRF: browser.token}),
        top=top(browser, found),
        status=403 if bad else 200,
    )


def _consent(
    browser: BrowserRequest, found: InPortal, waiting: DeviceAuthorization, code: str
) -> HttpResponse:
    """Rule 2."""
    here = network(browser.log.request.peer)
    elsewhere = notice(
        f"The program runs at another address than this browser: {waiting.source}. Is that your machine?"
    )
    hidden = {"user_code": code, CSRF: browser.token}
    return page(
        "Allow access to your accounts?",
        elsewhere if waiting.source != here else None,
        el(
            "p",
            "A program that calls itself ",
            el("strong", waiting.client_name),
            " wants to act as you, in every account and role that you have, while your session lasts. "
            "It shows this code:",
        ),
        el("p", code, class_="user-code"),
        el("p", f"It asked from {waiting.source}.", class_="quiet"),
        yes_or_no(f"{DEVICE}/answer", hidden),
        top=top(browser, found),
    )


def _waiting(
    browser: BrowserRequest, tx: Transaction, found: InPortal, typed: str
) -> DeviceAuthorization | None:
    """Rule 4."""
    code = user_code.read_code(typed)
    if code is None:
        return None
    waiting = device_authorizations.of_user_code(tx, user_code.digest(code, browser.world.root_key.material))
    if waiting is None or waiting.decided or waiting.expires <= browser.log.now:
        return None
    return waiting if waiting.directory == found.user.directory else None
