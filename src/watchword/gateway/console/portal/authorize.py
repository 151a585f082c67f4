"""`aws sso login` with a browser on the same machine: a person gives a program a code, or doesn't.

    GET  /authorize           what asks, and who is signed in
    POST /authorize           the code, or a no, sent to the loopback address that the program named

1. The client is registered here, for codes, and the address that it names is one that it may have
   (`identity.portal.clients`). Otherwise nobody is sent anywhere.
2. What is asked for is a code with a challenge (PKCE, S256), for scopes that the client registered.
3. The person is of the directory that the client registered for.
4. The code is good once, for VALID, for the client that can answer the challenge.
5. It is of the session that the page was shown to, and that is still there.

A person is asked each time: another site can open this page, but it can't press its buttons.
Sources: IAM Identity Center OIDC API Reference, CreateToken; RFC 6749, section 4.1; RFC 7636, section 4.3;
RFC 8252, section 7.3.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

from watchword.access import portal
from watchword.access.portal import InPortal
from watchword.access.portal_clients import registered
from watchword.access.portal_events import OAUTH
from watchword.access.request_log import PortalEvent
from watchword.access.schemes.portal_grant import bound_to_request
from watchword.gateway.console.browser import CSRF, BrowserRequest, posted, refused
from watchword.gateway.console.html import el
from watchword.gateway.console.page import page, redirect
from watchword.gateway.console.portal.home import top, yes_or_no
from watchword.gateway.dispatch import keep_record
from watchword.identity.portal.clients import CODE, Registration
from watchword.identity.sign_in_clients import CHALLENGE
from watchword.names import HttpResponse
from watchword.store.portal import sessions
from watchword.store.portal.secrets import Kind

VALID: Final = timedelta(minutes=5)
EVENT: Final = "Authorize"
_STATE = re.compile(r"[!-~]{1,512}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a code that passed 1 and 2."""

    client_id: str
    client: Registration
    redirect_uri: str
    challenge: str
    state: str
    scopes: str

    @property
    def hidden(self) -> dict[str, str]:
        """The same, as the parameters of a request."""
        return {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "code_challenge_method": "S256",
            "code_challenge": self.challenge,
            "scopes": self.scopes,
        }


def ask(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """GET /authorize."""
    asked = _read(browser.query, browser, found)
    place = urlsplit(asked.redirect_uri)
    hidden = {**asked.hidden, CSRF: browser.token}
    to = f"{place.scheme}://{place.netloc}"
    return page(
        "Allow access to your accounts?",
        el(
            "p",
            "A program on this machine that calls itself ",
            el("strong", asked.client.name),
            " wants to act as you, in every account and role that you have, while your session lasts.",
        ),
        el("p", "Say yes only if you have just run ", el("code", "aws sso login"), "."),
        yes_or_no("/authorize", hidden),
        top=top(browser, found),
        sends_to=to,
    )


def give(browser: BrowserRequest, found: InPortal) -> HttpResponse:
    """POST /authorize."""
    world, log = browser.world, browser.log
    given = posted(browser, signed_in=True)
    asked, yes = _read(given, browser, found), given.get("answer") == "yes"
    told = {"clientName": asked.client.name, "answer": "yes" if yes else "no"}
    log.portal = PortalEvent(EVENT, OAUTH, additional=told)
    answer = {"state": asked.state} if yes else {"error": "access_denied", "state": asked.state}
    with world.database.write(log.now) as tx:
        session = sessions.by_id(tx, found.session.id)
        if session is None:  # 5.
            raise refused(403, "StaleForm", "You signed out meanwhile.")
        if yes:
            bound = bound_to_request(asked.client_id, asked.redirect_uri, asked.challenge)
            code = portal.hold(world, tx, session, Kind.GRANT, lifetime=VALID, bound_to=bound)  # 4.
            answer = {"code": code, **answer}
        keep_record(world, log, tx)
    return redirect(f"{asked.redirect_uri}?{urlencode(answer)}")


def _read(given: Mapping[str, str], browser: BrowserRequest, found: InPortal) -> Asked:
    """Checks 1 to 3. Raises AwsError."""
    client_id, redirect_uri = given.get("client_id", ""), given.get("redirect_uri", "")
    client = registered(browser.world, client_id)
    if client is None or CODE not in client.grants or not client.may_have(redirect_uri):  # 1.
        said = "The program that opened this page isn't registered, or wants its answer sent elsewhere."
        raise refused(400, "InvalidClient", said)
    asked = Asked(
        client_id,
        client,
        redirect_uri,
        given.get("code_challenge", ""),
        given.get("state", ""),
        given.get("scopes", ""),
    )
    right = {
        "response_type": given.get("response_type") == "code",
        "code_challenge_method": given.get("code_challenge_method") == "S256",
        "code_challenge": CHALLENGE.fullmatch(asked.challenge) is not None,
        "state": _STATE.fullmatch(asked.state) is not None,
        "scopes": set(asked.scopes.split()) <= set(client.scopes),
    }
    if wrong := [name for name, is_right in right.items() if not is_right]:  # 2.
        raise refused(400, "InvalidRequest", f"The program that opened this page sent a wrong {wrong[0]}.")
    with browser.world.database.read() as tx:
        instance = portal.instance_at(tx, client.directory)
    if instance is None or instance.directory != found.user.directory:  # 3.
        raise refused(403, "OtherDirectory", "The program asks for people of another directory than yours.")
    return asked
