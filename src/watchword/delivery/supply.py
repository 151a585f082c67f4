"""Temporary credentials of one role, renewed before an SDK thinks of it.

1. They are renewed when less than half of their life is left, or less than RENEW_AT if that is less. SDKs
   ask for new ones from 15 minutes before the end (botocore, `RefreshableCredentials`). By then we have them.
2. One thread renews; others that ask meanwhile wait for what it gets.
3. When renewing fails, what there is goes on being served until it ends. Nobody tries again before RETRY.
4. What has ended is never served.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

RENEW_AT = timedelta(minutes=30)
RETRY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Issued:
    """Temporary credentials, as STS gave them."""

    role: str
    access_key_id: str
    secret: str
    token: str
    expires: datetime

    def __repr__(self) -> str:
        """Without what must not be in a log."""
        return f"Issued({self.role!r}, {self.access_key_id!r}, expires={self.expires!r})"


class NotIssued(Exception):  # noqa: N818 what happened
    """There are no credentials. Its text says why, for the operator; it holds no secret."""


class Supply:
    """What `issue` gives, for as long as it is good. For any thread."""

    def __init__(self, issue: Callable[[], Issued], now: Callable[[], datetime]) -> None:
        self._issue, self._now = issue, now
        self._held: Issued | None = None
        self._renew_from = self._retry_from = now()
        self._failure = ""
        self._renewing = threading.Lock()

    def at_once(self) -> Issued | None:
        """What needs no renewal yet; None when `get` may have to wait for it."""
        return self._held if self._now() < self._renew_from else None

    def get(self) -> Issued:
        """Credentials that are still good. Raises NotIssued."""
        with self._renewing:
            if self._now() >= max(self._renew_from, self._retry_from):
                self._renew()
            if self._held is None:
                raise NotIssued(self._failure)
            if self._now() >= self._held.expires:
                ended = f"the credentials ended at {self._held.expires}; is the clock of this host right?"
                raise NotIssued(self._failure or ended)
            return self._held

    def _renew(self) -> None:
        asked = self._now()
        try:
            self._held = issued = self._issue()
        except NotIssued as error:
            self._failure, self._retry_from = str(error), asked + RETRY
        else:
            self._failure = ""
            self._renew_from = issued.expires - min(RENEW_AT, (issued.expires - asked) / 2)
