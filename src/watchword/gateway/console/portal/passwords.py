"""A person sets their password, by a one-time link that their administrator gave them.

    GET  /start/password    who it is for
    POST /start/password    the password is set

1. Opening the link shows a form; only the form uses the link up.
2. A password is hashed only for somebody who has a link that is good: hashing takes time.
3. Another password ends all that the person had: sessions, tokens, links, and sessions of roles
   (`facts.acting_people`). The authenticator app stays.
4. Nobody is signed in by a link: they sign in with the password then, and with a code if they have an app.
"""

from watchword.access import portal
from watchword.access.caller import Caller
from watchword.access.portal import InPortal
from watchword.access.portal_events import DIRECTORY
from watchword.access.request_log import PortalEvent
from watchword.access.sign_ins import digest
from watchword.gateway.console.browser import BrowserRequest, posted, refused
from watchword.gateway.console.page import redirect
from watchword.gateway.console.portal import sign_in_pages as pages
from watchword.gateway.console.portal.people import SIGNED_OUT
from watchword.gateway.dispatch import keep_record
from watchword.identity import attempts
from watchword.identity.portal import password_rules
from watchword.names import AwsError, HttpResponse
from watchword.proofs.password import SALT_BYTES, hash_password
from watchword.store.portal import passwords, secrets, sessions
from watchword.store.portal.passwords import Password
from watchword.store.portal.secrets import Kind

LATE = "This link was used already, or is too old. Ask your administrator for another one."
EVENT = "UpdatePassword"


def show(browser: BrowserRequest) -> HttpResponse:
    """GET /start/password."""
    secret = browser.query.get("secret", "")
    return pages.new_password(secret, _found(browser, secret).user.name)


def put(browser: BrowserRequest) -> HttpResponse:
    """POST /start/password."""
    world, log = browser.world, browser.log
    log.portal = PortalEvent(EVENT, DIRECTORY)
    given = posted(browser, signed_in=False)
    secret, new = given.get("secret", ""), given.get("new", "")
    found = _found(browser, secret)
    flaw = pages.DIFFER if new != given.get("again") else password_rules.flaw(new, found.user.name)
    if flaw:
        return pages.new_password(secret, found.user.name, bad=flaw, status=400)
    with world.hashing:
        made = hash_password(new, world.randomness(SALT_BYTES))  # 2.
    with world.database.write(log.now) as tx:
        if secrets.take(tx, digest(secret), Kind.LINK) is None:
            raise refused(403, "ExpiredForm", LATE)
        sessions.remove_all(tx, found.user.id)  # 3.
        passwords.put(tx, Password(found.user.id, made, log.now))
        attempts.forget(tx, "password", found.user.id)
        log.caller = Caller(found.principal)
        keep_record(world, log, tx)
    return redirect("/start/signin?set", SIGNED_OUT)  # 4.


def _found(browser: BrowserRequest, secret: str) -> InPortal:
    try:
        return portal.find(browser.world, secret, Kind.LINK)
    except AwsError as error:
        if error.code != "InvalidSessionToken":
            raise
        raise refused(403, "ExpiredForm", LATE, error.meant) from None
