"""Temporary credentials of one role, renewed before an SDK thinks of it.

1. What is served has at least half of its life left, or RENEW_AT if that is less. SDKs ask for new ones from
   15 minutes before the end (botocore, `RefreshableCredentials`), and make those of instance metadata that
   have less than 25 last longer by themselves. A thread (`renewing`) renews them before, by up to EARLY of
   their life; by chance, so that many hosts don't come at once. After UNASKED renewals without a question it
   stops.
2. One thread asks the server; others that ask meanwhile wait for what it gets. Who can have good credentials
   waits for nobody.
3. When the server can't be reached, what there is goes on being served until it ends. When the server refuses
   them, they are dropped at once. Nobody tries again before RETRY, or up to twice that, by chance.
4. Where `alive` is given, what is served was alive at most CONFIRMED before, if the server can be reached. So
   credentials that were revoked aren't handed out, and others are fetched in their place.
5. What has ended is never served.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

RENEW_AT = timedelta(minutes=30)
EARLY = 1 / 12
UNASKED = 2
RETRY = timedelta(seconds=5)
CONFIRMED = timedelta(seconds=1)

log = logging.getLogger(__name__)


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


class Refused(NotIssued):
    """The server was reached and won't give them, or doesn't accept them any more."""


REFUSALS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "InvalidClientTokenId",
        "InvalidIdentityToken",
    }
)
"""Codes of errors that are about who asks, or for what. Any other may be over in a minute."""


def not_issued(code: str, said: str) -> NotIssued:
    """What an error of the server means."""
    return Refused(said) if code in REFUSALS else NotIssued(said)


class Supply:
    """What `issue` gives, for as long as it is good. For any thread."""

    def __init__(
        self,
        issue: Callable[[], Issued],
        now: Callable[[], datetime],
        *,
        alive: Callable[[Issued], None] | None = None,
        chance: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`alive` raises Refused for credentials that the server doesn't accept. `chance`: from 0 to 1."""
        self.failure: NotIssued | None = None
        """Why the server gave none when it was asked last; None if it did."""
        self.renewals = self.failures = 0
        self._issue, self._now, self._alive, self._chance = issue, now, alive, chance
        self._held: Issued | None = None
        self._may_from = self._must_from = self._alive_at = self._failed_at = now()
        """From when credentials may be renewed, and from when they aren't served; when we last heard what."""
        self._patience = timedelta(0)
        self._unasked = 0
        """How often they were renewed since somebody asked."""
        self._asking = threading.Lock()

    @property
    def held(self) -> Issued | None:
        """Credentials that haven't ended."""
        held = self._held
        return held if held and self._now() < held.expires else None

    def at_once(self) -> Issued | None:
        """What can be served now; None when `get` may have to wait for the server."""
        self._unasked = 0
        return self.held if self._is_confirmed() and not self._is_late() else None

    def get(self) -> Issued:
        """Credentials that are good. Raises NotIssued."""
        self._unasked = 0
        if self._asking.acquire(blocking=self.held is None):  # 2
            try:
                self._refresh()
            finally:
                self._asking.release()
        held = self.held
        if held is None:
            raise self._why_not()
        return held

    def renew(self) -> None:
        """Renews what was asked for, when it is time."""
        due = self._held is not None and self._unasked < UNASKED and self._now() >= self._may_from
        if due and not self._rests() and self._asking.acquire(blocking=False):
            try:
                self._ask()
            finally:
                self._asking.release()

    def forget(self) -> None:
        """The credentials are no longer accepted: the next who asks gets others."""
        self._held = None

    def _refresh(self) -> None:
        held = self.held
        if held and not self._is_confirmed():
            self._confirm(held)
        if self._is_late() or (self.held is None and not self._rests()):
            self._ask()

    def _is_late(self) -> bool:
        """Whether what is held must be renewed first. While that fails, it is served: rule 3."""
        return self._held is not None and self.failure is None and self._now() >= self._must_from

    def _is_confirmed(self) -> bool:
        return self._alive is None or abs(self._now() - self._alive_at) < CONFIRMED

    def _rests(self) -> bool:
        """Whether nobody tries again yet. As above, a clock that jumps back must not make that long."""
        return abs(self._now() - self._failed_at) < self._patience

    def _confirm(self, held: Issued) -> None:
        """Rule 4."""
        assert self._alive
        try:
            self._alive(held)
        except Refused as refused:
            log.warning("%s: its credentials were revoked: %s", held.role, refused)
            self._held = None
        except NotIssued:
            pass  # it can't be reached: rule 3
        self._alive_at = self._now()

    def _ask(self) -> None:
        asked = self._now()
        try:
            issued = self._issue()
        except NotIssued as failure:
            self.failures += 1
            self._failed_at, self._patience = asked, RETRY * (1 + self._chance())
            if isinstance(failure, Refused):
                self._held = None
            self._tell(failure)
            self.failure = failure
            return
        if self.failure:
            log.warning("%s: renewed again, until %s", issued.role, issued.expires)
        self.failure, self._held, self._patience = None, issued, timedelta(0)
        self.renewals += 1
        self._unasked += 1
        self._alive_at = asked
        life = issued.expires - asked
        self._must_from = issued.expires - min(RENEW_AT, life / 2)
        self._may_from = self._must_from - life * EARLY * (1 + self._chance()) / 2

    def _tell(self, failure: NotIssued) -> None:
        """Says it once: nobody needs a line every RETRY."""
        if self.failure is None:
            served = f"; served until {self._held.expires}: what there is" if self._held else ""
            log.warning("%s%s", failure, served)

    def _why_not(self) -> NotIssued:
        failure, held = self.failure, self._held
        if failure:
            return type(failure)(str(failure))
        if held:
            return NotIssued(f"the credentials ended at {held.expires}; is the clock of this host right?")
        return NotIssued("the credentials were dropped just now; ask again")
