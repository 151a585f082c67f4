"""Revoking sessions before they expire.

A revocation has a subject and a moment. It ends what was issued to the subject until that moment, so the
same role can be assumed again right after. It takes effect on the next request. The subject is one of these:

    session      its access key: this session alone
    console      the access key of what a sign-in to the console hands out
    chain        CHAIN and the access key of its first session: that one, and all that came of it
    role         the role's unique id
    principal    the unique id of a user, with the federated users that it asked for; the account, for its
                 root user; ACCOUNT:NAME, for a federated user
    person       the id of a person of Identity Center: what they got, in all accounts
    host         the ARN of a host: the sessions that it got for itself and for what runs on it, and those
                 that came of them, in other accounts too
    everything   EVERYTHING: all sessions of the account

Of a session that accepted a delegation request, and of its chain, role or user, it also ends the token of the
request (`identity.delegation`).

A revocation is useless once all that was made before it is over: sessions, and accepted delegations. The next
`revoke` removes those that are twice as old as either can get, so the clocks of several servers may differ.
Those of the console are many, one for each sign-out, and of use for minutes only: `revoke_console_key`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from watchword.identity import delegation
from watchword.sessions.session import LONGEST, Session, milliseconds
from watchword.store import Transaction, revocations
from watchword.store.revocations import CHAIN, EVERYTHING, Revocation

KEPT = 2 * max(LONGEST, delegation.LONGEST)


def revoke(
    tx: Transaction, account: str, kind: str, subject: str, issued_before: datetime | None = None
) -> None:
    """Ends what was issued to the subject until that moment, which is now if it isn't given."""
    revocations.remove_older(tx, tx.at - KEPT)
    revocations.put(tx, Revocation(account, kind, subject, issued_before or tx.at, tx.at))


def revoke_console_key(tx: Transaction, account: str, key: str, lifetime: timedelta) -> None:
    """Ends what was handed out under that key, for `lifetime` at most each; nothing is any more.

    So what is being handed out at this moment ends too, even by a server whose clock is ahead.
    """
    revocations.remove_older(tx, tx.at - 2 * lifetime, kind="console")
    revocations.put(tx, Revocation(account, "console", key, tx.at + lifetime, tx.at))


Revoked = Mapping[str, int]
"""Subject -> the milliseconds until which what was issued to it is revoked."""


def by_subject(made: Iterable[Revocation]) -> Revoked:
    """An account's revocations, as `covers` takes them."""
    found: dict[str, int] = {}
    for each in made:
        found[each.subject] = max(milliseconds(each.issued_before), found.get(each.subject, 0))
    return found


def covers(revoked: Revoked, session: Session) -> bool:
    """Whether the revocations of the session's account end it."""
    if not revoked:
        return False
    whose = (session.access_key_id, session.unique_id, session.user_id or session.unique_id)
    host = (session.host,) if session.host else ()
    person = session.person[1:] if session.person else ()
    subjects = (*whose, *host, *person, CHAIN + session.chain, EVERYTHING)
    return any(session.issued <= revoked.get(subject, 0) for subject in subjects)


def covers_host(revoked: Revoked, session: Session) -> bool:
    """Whether the revocations of its host's account end the host that the session came of."""
    return bool(session.host) and session.issued <= revoked.get(session.host, 0)
