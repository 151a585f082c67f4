"""A token issuer and the keys that it publishes: its discovery document names the place of its JWK Set.

1. The discovery document says the issuer's own URL, letter by letter: nobody publishes for somebody else.
2. The keys may be on another host, as Google's are. It is checked like any other (`fetch`).

Source: OpenID Connect Discovery 1.0, sections 4 and 4.3.
"""

import json

from msgspec import Struct

from watchword.identity.issuers import is_private
from watchword.issuer_keys.fetch import FetchError, fetch
from watchword.proofs.public_keys import Keys, UnreadableKeysError, read_keys

LARGEST_DISCOVERY = 1 << 16
LARGEST_KEYS = 1 << 19
WELL_KNOWN = "/.well-known/openid-configuration"


class Issuer(Struct, frozen=True):
    """Whose keys are wanted, and what its connection may be verified with."""

    url: str
    thumbprints: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    """URLs of the private issuers."""

    def keys(self) -> Keys:
        """What it publishes now. Raises FetchError. It blocks."""
        discovery = self._fetch(self.url.removesuffix("/") + WELL_KNOWN, LARGEST_DISCOVERY)
        try:
            document = json.loads(discovery)
            named, place = document["issuer"], document["jwks_uri"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise FetchError(f"{self.url}: its discovery document lacks issuer or jwks_uri") from None
        if named != self.url:  # 1.
            raise FetchError(f"{self.url}: its discovery document is of the issuer {str(named)[:200]!r}")
        try:
            return read_keys(self._fetch(str(place), LARGEST_KEYS))
        except UnreadableKeysError as wrong:
            raise FetchError(f"{place}: {wrong}") from None

    def _fetch(self, url: str, most: int) -> bytes:
        try:
            private = is_private(url, self.private)
        except ValueError:
            raise FetchError(f"{url[:200]!r} isn't a usable URL") from None
        return fetch(url, most, private=private, thumbprints=self.thumbprints)
