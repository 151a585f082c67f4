"""`aws login`: a program asks a browser for a code, and a person who is signed in gives it one, or doesn't.

    GET  /v1/authorize               what asks, and who is signed in; with one button
    POST /v1/authorize               the code, sent to where the client may have it
    GET  /v1/sessions/confirmation   the code, to be copied by hand to another machine

1. The client is one of two, and the address that it names is one that it may have
   (`identity.sign_in_clients`). Otherwise nobody is sent anywhere.
2. What is asked for is a code with a challenge (PKCE), in the scope `openid`.
3. The person may do it: signin:AuthorizeOAuth2Access on the client, decided and recorded like any other.
4. The code is good once, for VALID, for the client that can answer the challenge. Credentials come later, for
   the code (`services.signin`). They are of who acts now, and end when the sign-in ends by itself.
5. The one who acts is the one that the page showed: a role can end while the page is open.

A person is asked each time: another site can open this page, but it can't press its button.
Sources: AWS Sign-In User Guide, "Sign in through the AWS CLI"; RFC 6749, section 4.1; RFC 7636, section 4.3.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

from watchword.access import RequestContext, sign_ins
from watchword.access.request_log import ConsoleEvent
from watchword.access.sign_ins import SignedIn
from watchword.gateway.console.browser import CSRF, BrowserRequest, posted, refused
from watchword.gateway.console.home import top
from watchword.gateway.console.html import el
from watchword.gateway.console.page import form, page, redirect
from watchword.gateway.dispatch import keep_record, permit
from watchword.identity.sign_in_clients import CHALLENGE, CLIENTS, METHODS, SAME_DEVICE, Client, bound_to
from watchword.names import HttpResponse
from watchword.services.operation import Call
from watchword.services.signin.clients import on_client
from watchword.store.sign_ins import Kind

EVENT: Final = "AuthorizeOAuth2Access"
VALID = timedelta(minutes=5)
_ACTING = "acting"
_STATE = re.compile(r"[!-~]{1,512}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a code that passed 1 and 2."""

    client: Client
    redirect_uri: str
    challenge: str
    state: str

    @property
    def hidden(self) -> dict[str, str]:
        """The same, as the parameters of a request."""
        return {
            "response_type": "code",
            "client_id": self.client.id,
            "state": self.state,
            "code_challenge_method": "SHA-256",
            "scope": "openid",
            "redirect_uri": self.redirect_uri,
            "code_challenge": self.challenge,
        }


def ask(browser: BrowserRequest, found: SignedIn) -> HttpResponse:
    """GET /v1/authorize."""
    asked = _read(browser, browser.query)
    principal = found.caller.principal
    place = urlsplit(asked.redirect_uri)
    return page(
        "Sign in to the command line",
        el("p", "Let ", el("strong", asked.client.name), " act as this identity?"),
        el("p", el("code", principal.arn), class_="card"),
        el(
            "p",
            "Say yes only if you have just run ",
            el("code", "aws login"),
            ". It gets credentials for fifteen minutes at a time, while your sign-in lasts. "
            "Close this page to say no.",
        ),
        form(
            "/v1/authorize",
            "Yes, let it",
            hidden={**asked.hidden, CSRF: browser.token, _ACTING: principal.arn},
        ),
        top=top(browser, found),
        sends_to=f"{place.scheme}://{place.netloc}" if asked.client is SAME_DEVICE else "",
    )


def give(browser: BrowserRequest, found: SignedIn) -> HttpResponse:
    """POST /v1/authorize."""
    world, log = browser.world, browser.log
    log.console = ConsoleEvent(EVENT)
    given = posted(browser, signed_in=True)
    asked = _read(browser, given)
    if given.get(_ACTING) != found.caller.principal.arn:  # 5.
        raise refused(
            403, "StaleForm", "The role has ended meanwhile. Load the page again, and look who you are."
        )
    context = RequestContext(world, found.caller, log.request, "", log.now, request_id=log.request_id)
    call = Call(context, "signin", EVENT, {})
    action, keys = f"signin:{EVENT}", {"signin:OAuthRedirectUri": asked.redirect_uri}
    permit(call, (on_client(call, action, asked.client.id, keys),), log)  # 3.
    own, role_token = sign_ins.ending(world, found)
    with world.database.write(log.now) as tx:
        code = sign_ins.begin(  # 4.
            world,
            tx,
            Kind.GRANT,
            own,
            user_id=found.row.user_id,
            password_set=found.row.password_set,
            role_token=role_token,
            bound_to=bound_to(asked.client.id, asked.redirect_uri, asked.challenge),
            lifetime=VALID,
        )
        keep_record(world, log, tx)
    return redirect(f"{asked.redirect_uri}?{urlencode({'code': code, 'state': asked.state})}")


def confirm(browser: BrowserRequest) -> HttpResponse:
    """GET /v1/sessions/confirmation."""
    given = {name: browser.query.get(name, "") for name in ("state", "code")}
    text = base64.b64encode(urlencode(given).encode()).decode()
    return page(
        "Copy the code",
        el(
            "p",
            "Paste this where ",
            el("code", "aws login --remote"),
            " asks for it. It is good for minutes.",
        ),
        el("p", el("code", text), class_="card"),
    )


def _read(browser: BrowserRequest, given: Mapping[str, str]) -> Asked:
    """Checks 1 and 2. Raises AwsError."""
    client, redirect_uri = CLIENTS.get(given.get("client_id", "")), given.get("redirect_uri", "")
    if client is None or not client.may_have(redirect_uri, browser.origin):  # 1.
        said = "The program that opened this page isn't known, or wants its answer sent elsewhere."
        raise refused(400, "InvalidClient", said)
    asked = Asked(client, redirect_uri, given.get("code_challenge", ""), given.get("state", ""))
    right = {
        "response_type": given.get("response_type") == "code",
        "scope": given.get("scope") == "openid",
        "code_challenge_method": given.get("code_challenge_method") in METHODS,
        "code_challenge": CHALLENGE.fullmatch(asked.challenge) is not None,
        "state": _STATE.fullmatch(asked.state) is not None,
    }
    if wrong := [name for name, is_right in right.items() if not is_right]:  # 2.
        raise refused(400, "InvalidRequest", f"The program that opened this page sent a wrong {wrong[0]}.")
    return asked
