"""The website configuration of a bucket, and where it redirects to.

1. With RedirectAllRequestsTo, every request goes to that host.
2. Of the routing rules the first counts whose condition holds: a prefix of the key, an error, or both. A rule
   about an error is asked once there is one; so it is after rules without one, whatever their order is.
3. What a rule doesn't say stays as it was: the protocol, the host, the key.

Source: Amazon S3 User Guide, "Configuring a redirect", "Routing rules"; API Reference, WebsiteConfiguration.
"""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

import msgspec
from msgspec import Struct, field

SETTING = "website"
"""The name of the setting of a bucket."""
MOVED = 301
_SAFE = "/~!$&'()*+,;=:@"
"""Characters that a path may have as they are (RFC 3986, section 3.3)."""
_REMEMBERED = 64


class Place(Struct, frozen=True):
    """Where a request came to: what a redirect goes to, where it says nothing else."""

    protocol: str
    host: str
    key: str

    def url(self) -> str:
        return f"{self.protocol}://{self.host}/{quote(self.key, safe=_SAFE)}"


class ErrorDocument(Struct, frozen=True):
    """The object that is answered with an error of the client's."""

    key: str = field(name="Key")


class IndexDocument(Struct, frozen=True):
    """What is added to a key that ends in a slash."""

    suffix: str = field(name="Suffix")


class RedirectAll(Struct, frozen=True, omit_defaults=True):
    """Where all requests go: rule 1."""

    host: str = field(name="HostName")
    protocol: str = field(default="", name="Protocol")

    def to(self, place: Place) -> str:
        return Place(self.protocol or place.protocol, self.host, place.key).url()


class Condition(Struct, frozen=True, omit_defaults=True):
    """When a rule holds; both parts, where both are given."""

    error: str = field(default="", name="HttpErrorCodeReturnedEquals")
    prefix: str = field(default="", name="KeyPrefixEquals")


class Redirect(Struct, frozen=True, omit_defaults=True):
    """Where a rule goes: rule 3."""

    host: str = field(default="", name="HostName")
    code: str = field(default="", name="HttpRedirectCode")
    protocol: str = field(default="", name="Protocol")
    prefix: str | None = field(default=None, name="ReplaceKeyPrefixWith")
    key: str | None = field(default=None, name="ReplaceKeyWith")


class RoutingRule(Struct, frozen=True, omit_defaults=True, rename="pascal"):
    """A redirect, and when it is made; always without a condition."""

    redirect: Redirect
    condition: Condition = Condition()

    def to(self, place: Place) -> tuple[int, str]:
        """Status and URL."""
        said, key = self.redirect, place.key
        if said.key is not None:
            key = said.key
        elif said.prefix is not None:
            key = said.prefix + key.removeprefix(self.condition.prefix)
        url = Place(said.protocol or place.protocol, said.host or place.host, key).url()
        return int(said.code or MOVED), url


class Website(Struct, frozen=True, omit_defaults=True):
    """The configuration, with its members as S3 calls them."""

    error: ErrorDocument | None = field(default=None, name="ErrorDocument")
    index: IndexDocument | None = field(default=None, name="IndexDocument")
    all: RedirectAll | None = field(default=None, name="RedirectAllRequestsTo")
    rules: tuple[RoutingRule, ...] = field(default=(), name="RoutingRules")

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> "Website | None":
        """That of a bucket with such settings."""
        return _read(settings[SETTING]) if SETTING in settings else None

    def redirect(self, place: Place, error: int | None = None) -> tuple[int, str] | None:
        """Status and URL of the rule that holds: before an object is looked for, or after that error."""
        wanted = str(error) if error else ""
        for rule in self.rules:
            if rule.condition.error == wanted and place.key.startswith(rule.condition.prefix):
                return rule.to(place)
        return None


@lru_cache(_REMEMBERED)
def _read(document: str) -> Website:
    return msgspec.json.decode(document, type=Website)
