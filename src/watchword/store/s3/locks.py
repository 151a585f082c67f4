"""What keeps a version from being deleted: a retention period and a legal hold (object lock, WORM).

A version is locked while it has a legal hold, or until `retain_until`. Whether it is locked is asked by the
very statement that deletes it or changes its retention: a lock that another process puts meanwhile holds.
Source: Amazon S3 User Guide, "Locking objects with Object Lock".
"""

from datetime import datetime

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, false, or_

from watchword.store.s3.objects import OBJECTS, TAKE, Object
from watchword.store.tables import Timestamp
from watchword.store.transaction import Transaction

GOVERNANCE, COMPLIANCE = "GOVERNANCE", "COMPLIANCE"
"""Modes of retention: callers with permission can bypass the first, nobody the second."""

_C = OBJECTS.c
_OVER = or_(_C.retain_until.is_(None), _C.retain_until <= bindparam("now", type_=Timestamp))
_BYPASSED = and_(_C.lock_mode == GOVERNANCE, bindparam("bypass", type_=Boolean))
_UNLOCKED: ColumnElement[bool] = and_(_C.legal_hold.is_not(True), or_(_OVER, _BYPASSED))
_TAKE_UNLOCKED = TAKE.where(_UNLOCKED)
_TAKE_THIS = _TAKE_UNLOCKED.where(_C.blob == bindparam("blob"))


def take_unlocked(
    tx: Transaction,
    bucket_id: str,
    key: bytes,
    version: str,
    now: datetime,
    *,
    bypass: bool,
    blob: str | None = None,
) -> Object | None:
    """Deletes that version and returns it; None when there is none, or it is locked.

    `bypass` ends a retention in GOVERNANCE mode before its time. With `blob`, only a version that has that
    blob.
    """
    where = {"bucket_id": bucket_id, "key": key, "version": version, "now": now, "bypass": bypass}
    if blob is None:
        return tx.take(Object, _TAKE_UNLOCKED, **where)
    return tx.take(Object, _TAKE_THIS, **where, blob=blob)


def set_retention(
    tx: Transaction, row: Object, mode: str | None, until: datetime | None, now: datetime, *, bypass: bool
) -> bool:
    """Sets the retention of a version, None for none. False if it is gone, or its lock doesn't allow that.

    A retention that isn't over can be made longer in its mode. With `bypass` one in GOVERNANCE mode can be
    changed in any way.
    """
    longer = and_(_C.lock_mode == mode, _C.retain_until <= until) if mode else false()
    update = OBJECTS.update().where(*_row(row), or_(_OVER, longer, _BYPASSED))
    values = {"lock_mode": mode, "retain_until": until, "now": now, "bypass": bypass}
    return tx.run(update, values) > 0


def set_hold(tx: Transaction, row: Object, *, on: bool) -> bool:
    """Puts or lifts a legal hold. False if the version is gone."""
    return tx.run(OBJECTS.update().where(*_row(row)), {"legal_hold": on}) > 0


def _row(row: Object) -> tuple[ColumnElement[bool], ...]:
    return _C.bucket_id == row.bucket_id, _C.key == row.key, _C.version == row.version
