"""Revoking sessions before they expire: one session, all sessions of a role, or all of a user or of root.

A revocation has a subject and a moment. It ends what was issued to the subject until that moment, so the
same role can be assumed again right after. It takes effect on the next request.

A revocation that is older than any session is useless. The next `revoke` removes those that are twice as
old as the longest session, so the clocks of several servers may differ.
"""

from collections.abc import Iterable, Mapping

from watchword.sessions.session import LONGEST, Session, milliseconds
from watchword.store import Transaction, revocations
from watchword.store.revocations import Revocation


def revoke(tx: Transaction, account: str, kind: str, subject: str) -> None:
    """Ends what was issued to the subject until now. `Revocation` says what kind and subject are."""
    revocations.remove_older(tx, tx.at - 2 * LONGEST)
    revocations.put(tx, Revocation(account, kind, subject, tx.at, tx.at))


Revoked = Mapping[str, int]
"""Subject -> the milliseconds until which what was issued to it is revoked."""


def by_subject(made: Iterable[Revocation]) -> Revoked:
    """An account's revocations, as `covers` takes them."""
    found: dict[str, int] = {}
    for each in made:
        found[each.subject] = max(milliseconds(each.issued_before), found.get(each.subject, 0))
    return found


def covers(revoked: Revoked, session: Session) -> bool:
    """Whether the account's revocations end this session."""
    subjects = (session.access_key_id, session.unique_id, session.user_id)
    return any(session.issued <= revoked.get(subject, 0) for subject in subjects)
