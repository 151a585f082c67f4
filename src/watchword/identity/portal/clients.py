"""Clients: what a program registers, before it may ask people to sign in.

Anybody may register one, under any name. The order of checks:

1. It is a public client: it runs on people's machines, so it proves nothing about itself.
2. Its name is short, and printable: people are shown it.
3. Grants are of GRANTS. By default they are those of a terminal without a browser.
4. Redirect URIs are of this machine's loopback address, over http, at any port (RFC 8252, section 7.3). A
   name such as `localhost` isn't taken: a name can be pointed elsewhere. A client that gets codes has one.
5. Scopes are of SCOPES. Only with ACCOUNTS a token is refreshed, as at AWS.
6. All of it is short, since it travels in the client's id (`proofs.client_registration`).

A registration is good for VALID.
Sources: IAM Identity Center OIDC API Reference, RegisterClient; RFC 8252, sections 7.3 and 8.3.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from watchword.identity.portal.errors import refusal

VALID: Final = timedelta(days=90)
DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"
CODE: Final = "authorization_code"
REFRESH: Final = "refresh_token"
GRANTS: Final = frozenset({DEVICE_CODE, CODE, REFRESH})
ACCOUNTS: Final = "sso:account:access"
SCOPES: Final = frozenset({ACCOUNTS})
_MOST_URIS = 10
_LONGEST_NAME = 100
_LONGEST = 1200
_LOOPBACK = re.compile(
    r"http://127\.0\.0\.1(?::(?P<port>[1-9][0-9]{0,4}))?(?P<path>/[A-Za-z0-9._~/-]{0,200})?"
)
_HIGHEST_PORT = 65535


class Registration(msgspec.Struct, frozen=True, array_like=True):
    """What was registered. Fields are only appended: clients keep it for three months."""

    nonce: bytes
    name: str
    grants: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    issued: int
    expires: int
    """Seconds since the epoch."""
    directory: str = ""
    """That of the people who may be asked for codes; empty for that of the first instance."""

    @property
    def refreshes(self) -> bool:
        """Whether its tokens come with refresh tokens."""
        return REFRESH in self.grants and ACCOUNTS in self.scopes

    def may_have(self, redirect_uri: str) -> bool:
        """Whether a code may be sent there: as registered, at any port (4.)."""
        wanted = _at_any_port(redirect_uri)
        return wanted is not None and wanted in map(_at_any_port, self.redirect_uris)


def register(given: Mapping[str, Any], directory: str, nonce: bytes, now: datetime) -> Registration:
    """The registration that RegisterClient asks for. Raises AwsError."""
    if given["clientType"] != "public":  # 1.
        raise refusal("InvalidClientMetadata", "clientType must be public.")
    name = given["clientName"]
    if not (name.isprintable() and 0 < len(name) <= _LONGEST_NAME):  # 2.
        raise refusal("InvalidClientMetadata", f"clientName must have 1 to {_LONGEST_NAME} characters.")
    grants = _grants(given.get("grantTypes", (DEVICE_CODE, REFRESH)))  # 3.
    uris = _redirect_uris(given.get("redirectUris", ()), grants)  # 4.
    scopes = read_scopes(given.get("scopes", ()), SCOPES)  # 5.
    issued = int(now.timestamp())
    expires = issued + int(VALID.total_seconds())
    made = Registration(nonce, name, grants, uris, scopes, issued, expires, directory)
    if len(msgspec.msgpack.encode(made)) > _LONGEST:  # 6.
        raise refusal("InvalidClientMetadata", "The registration is too long.")
    return made


def read_scopes(asked: Sequence[str], allowed: frozenset[str]) -> tuple[str, ...]:
    """The scopes that are asked for, each once. Raises InvalidScope."""
    if unknown := [scope for scope in asked if scope not in allowed]:
        raise refusal("InvalidScope", f"The scope {unknown[0][:100]!r} can't be asked for.")
    return tuple(dict.fromkeys(asked))


def pack(registration: Registration) -> bytes:
    """The bytes that are signed."""
    return msgspec.msgpack.encode(registration)


def unpack(data: bytes) -> Registration:
    """The inverse of `pack`, of bytes that this server has signed."""
    return msgspec.msgpack.decode(data, type=Registration)


def _grants(asked: Sequence[str]) -> tuple[str, ...]:
    if not asked or (unknown := [grant for grant in asked if grant not in GRANTS]):
        named = f": {unknown[0][:100]!r}" if asked else ""
        raise refusal("UnsupportedGrantType", f"grantTypes has a grant that isn't served{named}.")
    return tuple(dict.fromkeys(asked))


def _redirect_uris(asked: Sequence[str], grants: tuple[str, ...]) -> tuple[str, ...]:
    if len(asked) > _MOST_URIS or any(_at_any_port(uri) is None for uri in asked):
        said = f"redirectUris must be at most {_MOST_URIS}, each http://127.0.0.1 with a path."
        raise refusal("InvalidRedirectUri", said)
    if CODE in grants and not asked:
        raise refusal("InvalidRedirectUri", f"A client with the grant {CODE} needs redirectUris.")
    return tuple(dict.fromkeys(asked))


def _at_any_port(uri: str) -> str | None:
    """The path of a loopback URI; None for any other."""
    found = _LOOPBACK.fullmatch(uri)
    if found is None or int(found["port"] or 1) > _HIGHEST_PORT:
        return None
    return found["path"] or "/"
