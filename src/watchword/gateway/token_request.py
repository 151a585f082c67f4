"""A request for the exchange of a token, as it was sent: the form, and the errors of the protocol.

1. A POST of a form, without a query. No parameter is given twice but `audience` and `resource`; one that is
   empty counts as not given. Unknown ones are ignored.
2. `grant_type` is the token exchange; the types of tokens are among those that are served.
3. Who is to accept the new token is said, by `audience` or `resource` (a URI), MOST at most.
4. A second token, of an actor, is refused: nobody acts here for somebody else but by a role.

Source: RFC 8693, sections 2.1 and 2.2.2, section 3 (types of tokens); RFC 6749, section 5.2 (errors) and
appendix B; RFC 8707, section 2 (resource).
"""

import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.wire import form

GRANT: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
_TYPE = "urn:ietf:params:oauth:token-type:"
ACCESS_TOKEN: Final = f"{_TYPE}access_token"
"""As the type of a subject token: a session token of this server."""
JWTS: Final = (f"{_TYPE}jwt", f"{_TYPE}id_token")
ISSUED: Final = {JWTS[0]: "N_A", ACCESS_TOKEN: "Bearer"}
"""Types of tokens that are issued -> the token_type of the answer: how they are used."""
MOST, LONGEST_AUDIENCE = 10, 1000
_FORM = "application/x-www-form-urlencoded"
_UNSAID = re.compile(r"[^ !#-\[\]-~]")
"""Characters that a description of an error can't have."""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What is asked for."""

    subject_token: str
    of_session: bool
    """Whether that is a session token; otherwise it is a JWT."""
    audiences: tuple[str, ...]
    scope: str
    issued_type: str
    role_arn: str


def read(request: HttpRequest) -> TokenRequest:
    """Raises invalid_request, unsupported_grant_type and invalid_target."""
    media = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if request.query or media != _FORM:  # 1.
        raise wrong("It must be a form without a query.")
    try:
        grouped = form.grouped(form.read_body(request.body.read()))
    except form.FormError as unreadable:
        raise wrong(f"The form can't be read: {unreadable}") from None
    targets = [*grouped.pop("audience", ()), *map(_resource, grouped.pop("resource", ()))]
    if twice := sorted(name for name, values in grouped.items() if len(values) > 1):
        raise wrong(f"{twice[0][:80]} is given more than once.")
    given = {name: values[0] for name, values in grouped.items() if values[0]}
    if given.get("grant_type") != GRANT:  # 2.
        raise AwsError("unsupported_grant_type", 400, f"grant_type must be {GRANT}.")
    if "actor_token" in given or "actor_token_type" in given:  # 4.
        raise wrong("An actor_token is not taken.")
    for name in ("subject_token", "subject_token_type"):
        if name not in given:
            raise wrong(f"{name} is missing.")
    subject_type, issued_type = given["subject_token_type"], given.get("requested_token_type", JWTS[0])
    if subject_type not in (ACCESS_TOKEN, *JWTS) or issued_type not in ISSUED:
        raise wrong("A type of token is not one that is exchanged here.")
    return TokenRequest(
        given["subject_token"],
        subject_type == ACCESS_TOKEN,
        _audiences(targets),
        given.get("scope", ""),
        issued_type,
        given.get("role_arn", ""),
    )


def wrong(said: str, meant: str = "") -> AwsError:
    """The request, or a token in it, isn't valid or isn't acceptable."""
    return AwsError("invalid_request", 400, said, meant)


def answered(status: int, members: dict[str, object], request_id: str) -> HttpResponse:
    """An answer, which nobody may cache."""
    text = json.dumps(members).encode()
    headers = [
        ("content-type", "application/json"),
        ("content-length", str(len(text))),
        ("cache-control", "no-store"),
        ("pragma", "no-cache"),
        ("x-amzn-requestid", request_id),
    ]
    if members.get("error") == "invalid_client":
        headers.append(("www-authenticate", "AWS4-HMAC-SHA256"))
    return HttpResponse(status, tuple(headers), text)


def refused(error: AwsError, request_id: str) -> HttpResponse:
    """The answer to a request that is refused."""
    description = _UNSAID.sub("'", error.said)
    members: dict[str, object] = {"error": error.code}
    if description:
        members["error_description"] = description
    return answered(error.status, members, request_id)


def _audiences(given: list[str]) -> tuple[str, ...]:
    """Rule 3."""
    found = tuple(dict.fromkeys(filter(None, given)))
    if not found:
        raise wrong("audience is missing.")
    if len(found) > MOST or any(len(each) > LONGEST_AUDIENCE for each in found):
        raise AwsError("invalid_target", 400, "There are too many audiences, or one is too long.")
    return found


def _resource(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if text and (not parts.scheme or "#" in text):
        raise AwsError("invalid_target", 400, "A resource must be an absolute URI without a fragment.")
    return text
