"""Wrong sign-ins of a minute, by address and by account: who has had too many must wait (rate limiting).

`identity.attempts` blocks a user after wrong passwords in a row. This is against one who tries a few
passwords with many users:

1. From an address (of IPv6, from a network of 64 bits) MOST_OF_ADDRESS wrong ones are looked at in a minute,
   and with users of an account MOST_OF_ACCOUNT.
2. Who must wait hears so before anything is hashed, so guessing takes no time of others.

3. The two are counted apart: who signs in types the name of an account, which can be that of an address.

A process counts for itself, in memory. One password is hashed at a time (`world.hashing`), so what a minute
can leave here is small.
Source: NIST SP 800-63B, section 5.2.2.
"""

import threading
from collections import Counter
from datetime import datetime

from watchword.names import fault
from watchword.names.network import network

MOST_OF_ADDRESS = 10
MOST_OF_ACCOUNT = 100
_MINUTE = 60


class FailedSignIns:
    """The wrong sign-ins of one process in this minute, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._of_address: Counter[str] = Counter()
        self._of_account: Counter[str] = Counter()

    def check(self, peer: str, account: str, now: datetime) -> None:
        """Raises the fault Throttling."""
        with self._lock:
            self._begin(now)
            of_address, of_account = self._of_address[network(peer)], self._of_account[account]
            if of_address >= MOST_OF_ADDRESS or of_account >= MOST_OF_ACCOUNT:
                raise fault("Throttling", meant="too many wrong sign-ins in this minute")

    def count(self, peer: str, account: str, now: datetime) -> None:
        """Another one was wrong."""
        with self._lock:
            self._begin(now)
            self._of_address[network(peer)] += 1
            self._of_account[account] += 1

    def reset(self, _now: datetime) -> None:
        """Forgets all."""
        with self._lock:
            self._clear()

    def _begin(self, now: datetime) -> None:
        if (minute := int(now.timestamp()) // _MINUTE) != self._minute:
            self._minute = minute
            self._clear()

    def _clear(self) -> None:
        self._of_address.clear()
        self._of_account.clear()
