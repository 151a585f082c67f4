"""The administrator's one-time link, which `watchword console` prints: no default password is needed.

Opening the address shows a button, and only the button uses the link up: programs that look at links don't.
Somebody who has the link is the role that it was printed for, until the session ends that was made with it.
"""

from watchword.access import sign_ins
from watchword.access.console_events import LOGIN
from watchword.access.request_log import ConsoleEvent
from watchword.gateway.console import credentials
from watchword.gateway.console.browser import BrowserRequest, posted, refused
from watchword.gateway.console.destination import HOME
from watchword.gateway.console.html import el
from watchword.gateway.console.page import form, page
from watchword.gateway.console.sign_in import with_cookie
from watchword.gateway.dispatch import keep_record
from watchword.names import AwsError, HttpResponse
from watchword.store import sign_ins as kept
from watchword.store.sign_ins import Kind


def show(browser: BrowserRequest) -> HttpResponse:
    """GET /signin/link."""
    hidden = {"secret": browser.query.get("secret", "")}
    return page(
        "Sign in as administrator",
        el("p", "This link works once. Use it in the browser in which you want to be signed in."),
        form("/signin/link", "Sign in", hidden=hidden),
    )


def use(browser: BrowserRequest) -> HttpResponse:
    """POST /signin/link."""
    world, log = browser.world, browser.log
    additional = {"LoginTo": browser.origin + HOME, "MobileVersion": "No", "MFAUsed": "No"}
    log.console = ConsoleEvent(LOGIN, additional=additional)
    given = posted(browser, signed_in=False)
    with world.database.write(log.now) as tx:
        try:
            row = kept.take(tx, sign_ins.digest(given.get("secret", "")), Kind.LINK)
            found = sign_ins.check(world, tx, row)
        except AwsError as error:
            said = "This link was used already, or is too old. `watchword console` prints another one."
            raise refused(403, "FailedAuthentication", said, error.meant) from None
        log.caller = found.own
        credentials.end(browser, tx)
        kept.remove(tx, sign_ins.digest(browser.secret))
        secret = sign_ins.begin(world, tx, Kind.BROWSER, found.session)
        keep_record(world, log, tx)
    return with_cookie(HOME, secret)
