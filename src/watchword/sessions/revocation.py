"""Revoking sessions before they end: one session, all of a role, or all of a principal.

A revocation names a subject and a moment; it covers what was issued to that subject up to and at that
moment, so that the same role can be assumed again right after. It takes effect on the next request.

One that is older than any session can be ends nothing any more, and goes with the next that is made: after
twice the longest session, so that clocks of several servers may differ.
"""

from collections.abc import Iterable

from watchword.sessions.session import LONGEST, Session, milliseconds
from watchword.store import Transaction, revocations
from watchword.store.revocations import Revocation


def revoke(tx: Transaction, account: str, kind: str, subject: str) -> None:
    """Ends what was issued to the subject until now."""
    revocations.remove_older(tx, tx.at - 2 * LONGEST)
    revocations.put(tx, Revocation(account, kind, subject, tx.at, tx.at))


def covers(made: Iterable[Revocation], session: Session) -> bool:
    """Whether any of the account's revocations ends this session."""
    subjects = {session.access_key_id, session.unique_id}
    return any(
        revocation.subject in subjects and session.issued <= milliseconds(revocation.issued_before)
        for revocation in made
    )
