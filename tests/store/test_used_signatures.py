"""Signatures that were used."""

from datetime import datetime, timedelta

import pytest

from watchword.store import Conflict, Database, used_signatures

SECOND = timedelta(seconds=1)


def use(database: Database, identity: bytes, until: datetime, now: datetime) -> None:
    with database.write(now, shared=True) as tx:
        used_signatures.insert(tx, identity, until, now)


def test_once_and_not_again(database: Database, now: datetime) -> None:
    use(database, b"\xff1", now + SECOND, now)
    use(database, b"\xff2", now + SECOND, now)
    with pytest.raises(Conflict):
        use(database, b"\xff1", now + SECOND, now)


def test_what_is_past_goes_and_the_rest_stays(database: Database, now: datetime) -> None:
    for name, until in ((b"\xff-past", now - SECOND), (b"\xff-now", now), (b"\xff-to-come", now + SECOND)):
        use(database, name, until, now - 2 * SECOND)
    use(database, b"\0", now + SECOND, now)
    use(database, b"\xff-past", now + SECOND, now)
    for name in (b"\xff-now", b"\xff-to-come"):
        with pytest.raises(Conflict):
            use(database, name, now + SECOND, now)
