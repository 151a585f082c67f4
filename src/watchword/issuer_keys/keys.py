"""The cache of issuers' public keys: when keys are fetched, and how long they count.

1. Keys are fetched when an issuer's first token comes, when its keys are older than FRESH, and when a token
   names a key that isn't known (rotation). So a new key is known at once, and a removed one forgotten within
   a minute.
2. But never twice within RETRY, whatever comes: forged tokens cost no fetch, and a failure is remembered
   (negative cache).
3. If fetching fails, the last keys count until they are OUTAGE old.
4. One thread fetches for an issuer (single flight). Others wait for it only if they have no key that fits,
   and only AT_ONCE threads may wait or fetch, for all issuers together: an issuer that hangs stops no one
   else. More are turned away with Throttling, and SDKs try again.

On the event loop nothing is fetched.
"""

import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock, Semaphore

from watchword.issuer_keys.fetch import FetchError
from watchword.issuer_keys.issuer import Issuer
from watchword.names import fault
from watchword.names.would_block import WouldBlock
from watchword.proofs.public_keys import Keys

FRESH = 60
RETRY = 15
OUTAGE = 3600
AT_ONCE = 3
MOST_ISSUERS = 1000


class UnreachableError(Exception):
    """The issuer's keys can't be had; the text says why, for the operator."""


class _Known:
    """What is known of one issuer. Times are seconds of the cache's clock."""

    def __init__(self) -> None:
        self.keys: Keys = {}
        self.fetched: float | None = None
        self.tried: float | None = None
        self.failure = ""
        self.flight = Lock()

    def is_due(self, kid: str, now: float) -> bool:
        """Rules 1 and 2."""
        if self.tried is not None and now - self.tried < RETRY:
            return False
        return self.fetched is None or now - self.fetched >= FRESH or kid not in self.keys

    def counts(self, now: float) -> bool:
        """Rule 3."""
        return self.fetched is not None and now - self.fetched < OUTAGE


class IssuerKeys:
    """The keys of all issuers that are asked for, by this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[Issuer, _Known] = {}
        self._room = Semaphore(AT_ONCE)

    def of(self, issuer: Issuer, kid: str, *, at_once: bool) -> Keys:
        """The issuer's keys, with that one if it has it.

        Raises UnreachableError, and the fault Throttling; WouldBlock if it must be `at_once` and can't.
        """
        known = self._of(issuer)
        if known.is_due(kid, self._clock()):
            if at_once:
                raise WouldBlock
            self._refresh(issuer, known, kid)
        if not known.counts(self._clock()) or (known.failure and kid not in known.keys):
            raise UnreachableError(known.failure or "its keys were never fetched")
        return known.keys

    def reset(self, _now: datetime) -> None:
        """Forgets all keys."""
        self._known.clear()

    def _of(self, issuer: Issuer) -> _Known:
        found = self._known.get(issuer)
        if found is None:
            while len(self._known) >= MOST_ISSUERS:
                self._known.pop(next(iter(self._known)), None)
            found = self._known.setdefault(issuer, _Known())
        return found

    def _refresh(self, issuer: Issuer, known: _Known, kid: str) -> None:
        """Rule 4."""
        if kid in known.keys and known.counts(self._clock()) and known.flight.locked():
            return
        if not self._room.acquire(blocking=False):
            raise fault("Throttling", meant="too many wait for keys of token issuers")
        try:
            with known.flight:
                if known.is_due(kid, self._clock()):
                    self._fetch(issuer, known)
        finally:
            self._room.release()

    def _fetch(self, issuer: Issuer, known: _Known) -> None:
        try:
            known.keys, known.failure = issuer.keys(), ""
            known.fetched = self._clock()
        except FetchError as failed:
            known.failure = str(failed)
        finally:
            known.tried = self._clock()
