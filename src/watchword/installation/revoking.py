"""Ending sessions, as the administrator of the host does it: `sessions.revocation` says what a subject is.

A session is named by its access key id; a role, a user, a root user or a federated user by ARN. What is
revoked is recorded (`operator_events`).
"""

import re
from collections.abc import Iterable
from datetime import datetime

from watchword.identity.owners import owner_at
from watchword.installation.administrator import Refused, account_of
from watchword.installation.installation import Installation
from watchword.installation.operator_events import record_command
from watchword.names.entity_arn import EntityArn
from watchword.names.ids import Prefix, account_of_access_key
from watchword.names.moment import iso
from watchword.sessions.revocation import revoke
from watchword.store import Transaction, accounts
from watchword.store.iam.roles import Role
from watchword.store.identity_center import instances, users
from watchword.store.revocations import CHAIN, EVERYTHING

_NAME = "RevokeSessions"
_PERSON = re.compile(r"arn:aws[a-z-]*:identitystore:::user/(?P<id>[0-9a-f-]{36,47})", re.ASCII)
_OF_AN_ACCOUNT = re.compile(
    r"arn:aws[a-z-]*:(iam|sts)::(?P<account>[0-9]{12}):(root|federated-user/(?P<federated>[\w+=,.@-]+))",
    re.ASCII,
)


def revoke_sessions(installation: Installation, subject: str) -> tuple[str, str]:
    """Revokes a session, by its access key id, or all of a role, user, root, federated user or person (ARN).

    Returns the kind of subject, and its id. Raises Refused.
    """
    with installation.database.write(installation.clock.now()) as tx:
        account, kind, revoked = _subject(tx, subject)
        everywhere = [each.id for each in accounts.all_accounts(tx)] if kind == "person" else [account]
        for place in everywhere:
            revoke(tx, place, kind, revoked)
        made = {"revoked": kind, "subject": revoked}
        record_command(installation, tx, _NAME, account, {"subject": subject}, made)
    return kind, revoked


def revoke_chain(installation: Installation, first: str, known: Iterable[str]) -> None:
    """Revokes all sessions that came of a first one, in all accounts.

    known: those that the audit tells of; sessions of older versions don't say what they came of.
    """
    with installation.database.write(installation.clock.now()) as tx:
        for account in accounts.all_accounts(tx):
            revoke(tx, account.id, "chain", CHAIN + first)
        for session in known:
            revoke(tx, _account_of_session(tx, session), "session", session)
        account_id = _account_of_session(tx, first)
        made = {"revoked": "chain", "subject": first}
        record_command(installation, tx, _NAME, account_id, {"subject": first}, made)


def revoke_everything(installation: Installation, account: str, before: datetime) -> str:
    """Revokes all sessions of an account that were issued until a moment, now at the latest: the account."""
    now = installation.clock.now()
    with installation.database.write(now) as tx:
        account = account_of(tx, account)
        until = min(before, now)
        revoke(tx, account, "everything", EVERYTHING, until)
        made = {"revoked": "everything", "subject": account}
        record_command(installation, tx, _NAME, account, {"before": iso(until)}, made)
    return account


def _subject(tx: Transaction, subject: str) -> tuple[str, str, str]:
    if subject.startswith(Prefix.SESSION_KEY):
        return _account_of_session(tx, subject), "session", subject
    if found := _OF_AN_ACCOUNT.fullmatch(subject):
        account = account_of(tx, found["account"])
        return account, "principal", f"{account}:{found['federated']}" if found["federated"] else account
    if found := _PERSON.fullmatch(subject):
        user = users.of_any_directory(tx, found["id"])
        instance = instances.of_directory(tx, user.directory) if user else None
        if user and instance:
            return instance.account, "person", user.id
    arn = EntityArn.parse(subject)
    owner = owner_at(tx, arn) if arn else None
    if owner is None:
        raise Refused(f"no such role or user: {subject}")
    return owner.account, "role" if isinstance(owner, Role) else "principal", owner.id


def _account_of_session(tx: Transaction, access_key_id: str) -> str:
    account = account_of_access_key(access_key_id)
    if account is None or not access_key_id.startswith(Prefix.SESSION_KEY):
        raise Refused(f"not the access key id of a session: {access_key_id}")
    return account_of(tx, account)
