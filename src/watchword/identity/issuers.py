"""What an OpenID Connect provider may be: the URL of its issuer, client ids, thumbprints.

A URL in a request is checked in this order:
1. it begins with `https://`, in lower case;
2. then comes a host name, without user and port;
3. a path may follow. It has no empty segment but the last, no `.` or `..`, and no `*`, which would read as a
   wildcard in the provider's ARN;
4. nothing follows the path: no query, no fragment.

A private issuer, which a setting names by its URL, may also use plain `http://`, a port, and an address
that isn't public. Only there.

The URL isn't normalised, since it must be the `iss` claim of the tokens letter by letter: case counts, and so
does a slash at the end. Nothing here asks the issuer whether it is there.
Source: IAM API Reference, CreateOpenIDConnectProvider; OpenID Connect Core 1.0, section 2 (`iss`); RFC 3986,
sections 3.2.2 and 3.3. AWS documents no sentences for a wrong URL.
"""

import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from watchword.identity.quotas import check_quota
from watchword.identity.refusals import refusal

SCHEME = "https://"
MOST_THUMBPRINTS = 5
_HOST = re.compile(
    r"(?=.{1,253}(/|$))[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()+,;=:@%-]+)*/?")
_DOTS = {".", ".."}
_PRIVATE = re.compile(r"https?://(?P<host>[A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?(?P<path>.*)")
_THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")


def issuer_of(url: str, private: Collection[str] = ()) -> str:
    """The URL without its scheme, as the provider's ARN has it. Raises InvalidInput."""
    if url in private:
        return without_scheme(url)
    if not url.startswith(SCHEME):
        raise refusal(
            "InvalidInput", "Invalid Open ID Connect Provider URL: it must begin with https://."
        )  # 1.
    issuer = url.removeprefix(SCHEME)
    host, slash, path = issuer.partition("/")
    if _HOST.fullmatch(host) is None:
        said = "Invalid Open ID Connect Provider URL: it must have a host name, without user and port."
        raise refusal("InvalidInput", said)  # 2.
    if _PATH.fullmatch(slash + path) is None or not _DOTS.isdisjoint(path.split("/")):
        said = "Invalid Open ID Connect Provider URL: after the host name comes a path, without a query."
        raise refusal("InvalidInput", said)  # 3.  4.
    return issuer


def without_scheme(url: str) -> str:
    """The URL as the provider's ARN has it."""
    return url.partition("://")[2]


def private_issuer(text: str) -> str:
    """The URL of a private issuer, as a setting names it. Raises ValueError."""
    found = _PRIVATE.fullmatch(text)
    if found is None or (found["path"] and _PATH.fullmatch(found["path"]) is None):
        raise ValueError(f"{text!r} isn't the URL of an issuer")
    return text


def is_private(url: str, private: Iterable[str]) -> bool:
    """Whether the URL has scheme, host and port of a private issuer."""
    return _origin(url) in map(_origin, private)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def host_of(issuer: str) -> str:
    """The host name of an issuer."""
    return issuer.partition("/")[0]


def client_ids(given: Iterable[str]) -> tuple[str, ...]:
    """Client ids, each once. Raises LimitExceeded."""
    found = tuple(dict.fromkeys(given))
    check_quota("ClientIdsPerOpenIdConnectProvider", len(found))
    return found


def thumbprints(given: Iterable[str]) -> tuple[str, ...]:
    """Thumbprints: SHA-1 in hexadecimal. Raises InvalidInput."""
    found = tuple(given)
    if len(found) > MOST_THUMBPRINTS:
        said = (
            f"Thumbprint list must contain fewer than {MOST_THUMBPRINTS} entries."  # AWS's, though 5 are fine
        )
        raise refusal("InvalidInput", said)
    for each in found:
        if _THUMBPRINT.fullmatch(each) is None:
            raise refusal("InvalidInput", f"Thumbprint {each} is not a SHA-1 hash in hexadecimal.")
    return found
