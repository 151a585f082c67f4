"""The thread that renews what supplies hold, before anybody has to wait for it."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from watchword.delivery.supply import Supply

EVERY_SECONDS = 1.0

log = logging.getLogger(__name__)


@contextmanager
def renewing(supplies: Callable[[], Iterable[Supply]]) -> Iterator[None]:
    """Renews what is due of them, while the block runs."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(EVERY_SECONDS):
            for supply in supplies():
                try:
                    supply.renew()
                except Exception:  # a defect: the other supplies need this thread
                    log.exception("credentials that can't be renewed")

    thread = threading.Thread(target=renew, name="renewing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
