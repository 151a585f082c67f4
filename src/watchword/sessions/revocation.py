"""Revoking sessions before they end: one session, all of a role, or all of a principal.

A revocation names a subject and a moment; it covers what was issued to that subject up to and at that
moment, so that the same role can be assumed again right after. It takes effect on the next request.
"""

from collections.abc import Iterable

from watchword.sessions.session import Session, milliseconds
from watchword.store.revocations import Revocation


def covers(revocations: Iterable[Revocation], session: Session) -> bool:
    """Whether any of the account's revocations ends this session."""
    subjects = {session.access_key_id, session.unique_id}
    return any(
        revocation.subject in subjects and session.issued <= milliseconds(revocation.issued_before)
        for revocation in revocations
    )
