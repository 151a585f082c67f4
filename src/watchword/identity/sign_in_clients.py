"""The programs that may ask a browser for a code: the two clients of `aws login`, and where each gets it.

1. `same-device` gets its code at a loopback address of the machine on which the browser runs:
   http://127.0.0.1:PORT/oauth/callback, and nothing else. No other machine can be named, nor another path.
2. `cross-device` gets it by a person's hand: from a page of this server.
3. The code is bound to the client, to the exact address, and to a challenge (PKCE): only who knows the
   verifier, whose SHA-256 it is, can use the code. `plain` isn't taken.

Sources: AWS Sign-In User Guide, "Sign in through the AWS CLI"; Service Authorization Reference, "AWS
Sign-In"; RFC 7636, section 4; RFC 8252, sections 7.3 and 8.3 (loopback addresses).
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from watchword.proofs import base64url

CONFIRMATION: Final = "/v1/sessions/confirmation"
METHODS: Final = frozenset({"SHA-256", "S256"})
"""AWS's word, and that of RFC 7636."""
_LOOPBACK = re.compile(r"http://127\.0\.0\.1:(?P<port>[1-9][0-9]{0,4})/oauth/callback")
_HIGHEST_PORT = 65535
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class Client(Struct, frozen=True):
    """A program that people sign in for."""

    id: str
    name: str
    """What people are told."""
    resource: str
    """The end of the ARN that decisions name."""

    def may_have(self, redirect_uri: str, origin: str) -> bool:
        """Whether a code may be sent there. origin: this server's, as the browser calls it."""
        if self is CROSS_DEVICE:
            return redirect_uri == origin + CONFIRMATION
        found = _LOOPBACK.fullmatch(redirect_uri)
        return found is not None and int(found["port"]) <= _HIGHEST_PORT


SAME_DEVICE: Final = Client(
    "arn:aws:signin:::devtools/same-device", "the AWS CLI on this machine", "oauth2/public-client/localhost"
)
CROSS_DEVICE: Final = Client(
    "arn:aws:signin:::devtools/cross-device", "the AWS CLI on another machine", "oauth2/public-client/remote"
)
CLIENTS: Final[Mapping[str, Client]] = {each.id: each for each in (SAME_DEVICE, CROSS_DEVICE)}


def bound_to(client_id: str, *more: str) -> str:
    """What a code or a refresh token is kept with, and must be shown with."""
    return " ".join((client_id, *more))


def same(kept: str, shown: str) -> bool:
    """Whether what is shown is what it is bound to."""
    return hmac.compare_digest(kept.encode(), shown.encode(errors="surrogatepass"))


def challenge_of(verifier: str) -> str:
    """The challenge that a verifier answers (S256)."""
    return base64url.encode(hashlib.sha256(verifier.encode(errors="surrogatepass")).digest()).decode()
