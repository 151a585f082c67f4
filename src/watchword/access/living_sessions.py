"""The sessions that are alive, by the audit: who each is, who asked for it, from where, until when.

No session is stored anywhere else. Each was handed out by an answer, which was recorded on this host before
it was sent: in the journal, or in the database by those that also change something (AssumeRoleWithSAML,
CreateSession, `watchword credentials`). CreateSession has an event of its own beside that of AssumeRole; it
counts, for it knows who asked.

1. A session is alive until it expires, its role or user is deleted, or it was revoked.
2. An event tells seconds, and a revocation milliseconds. Where both are of one second, the session is listed:
   one that is alive is never left out.
3. A session of a person in the access portal is told by the store, which has those alone.
4. A session of an identity pool's user is told by the event of STS, which the pool has asked.
5. A chain is the access keys of the sessions by which one was asked for, the first one first. Sessions that
   have expired are part of it too, if the audit still has them.

Only what the list needs is read of an event.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import msgspec
from msgspec import Struct

from watchword.access.portal import principal_of
from watchword.identity.owners import owner_at
from watchword.installation.installation import Installation
from watchword.names.entity_arn import EntityArn
from watchword.names.moment import iso
from watchword.sessions import revocation
from watchword.sessions.revocation import Revoked
from watchword.sessions.session import LONGEST, milliseconds
from watchword.store import Transaction, audit, revocations
from watchword.store.audit_files import lines_with
from watchword.store.iam import roles, users
from watchword.store.identity_center import users as directory_users
from watchword.store.portal import sessions as portal_sessions
from watchword.store.revocations import CHAIN, EVERYTHING

_HANDED_OUT = b'"credentials":{"accessKeyId":"ASIA'
_ASKS_STS = "GetCredentialsForIdentity"
_BY_OPERATORS = '"MintCredentials"'
_ROLE, _USER = "AROA", "AIDA"


class Living(Struct, frozen=True, gc=False):
    """A session, as the event says that handed it out. Times are ISO 8601."""

    access_key_id: str
    arn: str
    account: str
    unique_id: str
    """Of the role or user; of a federated user, that of the user who asked."""
    role: str
    """The role's ARN; empty for a session of a user."""
    asked_by: str
    """The ARN of who asked, or the subject that an identity provider vouched for."""
    asked_with: str
    """The access key of who asked."""
    source_identity: str
    source: str
    """The address it was asked from."""
    issued: str
    expires: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """All sessions that the audit still tells of, and which of them are alive."""

    known: Mapping[str, Living]
    """By access key."""
    living: tuple[Living, ...]
    """The oldest first."""

    def chain(self, access_key_id: str) -> tuple[str, ...]:
        """Rule 5: up to the session with that access key."""
        found, session = {access_key_id: None}, self.known.get(access_key_id)
        while session and session.asked_with not in found:
            session = self.known.get(session.asked_with)
            if session:
                found[session.access_key_id] = None
        return tuple(reversed(found))


def sessions(installation: Installation, since: datetime | None = None) -> Sessions:
    """The sessions that were handed out on this host since then, and are alive now."""
    now = installation.clock.now()
    with installation.database.read() as tx:
        begin = now - LONGEST
        recorded = chain(_recorded(installation, tx, begin), _of_portal(tx, now))
        known = {each.access_key_id: each for each in recorded}
        found = Sessions(known, ())
        ended = _Ended(tx)
        earliest, current = iso(since) if since else "", iso(now)
        living = [
            each
            for each in known.values()
            if each.issued >= earliest and each.expires > current and not ended.covers(each, found)
        ]
    return Sessions(known, tuple(sorted(living, key=lambda each: each.issued)))


class _Ended:
    """Rules 1 and 2: what ended before its time."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._revoked: dict[str, Revoked] = {}
        self._exist: dict[str, bool] = {}

    def covers(self, session: Living, found: Sessions) -> bool:
        if not self._exists(session.unique_id):
            return True
        revoked = self._revoked.get(session.account)
        if revoked is None:
            made = revocations.of_account(self._tx, session.account)
            revoked = self._revoked[session.account] = revocation.by_subject(made)
        if not revoked:
            return False
        chain = found.chain(session.access_key_id)
        if session.access_key_id in revoked or CHAIN + chain[0] in revoked:
            return True
        until = max(revoked.get(subject, 0) for subject in (session.unique_id, EVERYTHING))
        return until > 0 and _last_millisecond(session.issued) <= until

    def _exists(self, unique_id: str) -> bool:
        """Whether there is such a role or user; the root user always is."""
        found = self._exist.get(unique_id)
        if found is None:
            by_id = {_ROLE: roles.by_id, _USER: users.by_id}.get(unique_id[:4])
            found = self._exist[unique_id] = by_id is None or by_id(self._tx, unique_id) is not None
        return found


def _last_millisecond(second: str) -> int:
    return milliseconds(datetime.fromisoformat(second)) + 999


def _of_portal(tx: Transaction, now: datetime) -> Iterator[Living]:
    """Rule 3."""
    for each in portal_sessions.alive(tx, now):
        user = directory_users.by_id(tx, each.directory, each.user_id)
        if user and user.enabled:
            arn = principal_of(user, each.account).arn
            yield Living(
                each.id,
                arn,
                each.account,
                each.user_id,
                "",
                f"{each.directory} {user.name}",
                "",
                "",
                each.source,
                iso(each.created),
                iso(each.expires),
            )


# --- reading events ------------------------------------------------------------------------------------


class _Credentials(Struct, rename="camel", gc=False):
    access_key_id: str = ""
    expiration: str = ""


class _Named(Struct, rename="camel", gc=False):
    arn: str = ""
    assumed_role_id: str = ""


class _Made(Struct, rename="camel", gc=False):
    credentials: _Credentials = msgspec.field(default_factory=_Credentials)
    assumed_role_user: _Named | None = None
    federated_user: _Named | None = None
    assumed_principal: str = ""
    source_identity: str = ""
    credential_set: "tuple[_Made, ...]" = ()
    """Of CreateSession, which has all the rest in here."""
    access_key_id: str = ""
    expiration: str = ""
    """The last two of `watchword credentials`."""


class _Given(Struct, rename="camel", gc=False):
    role_arn: str = ""
    role_session_name: str = ""
    target_principal: str = ""


class _Identity(Struct, rename="camel", gc=False):
    arn: str = ""
    principal_id: str = ""
    access_key_id: str = ""
    user_name: str = ""
    identity_provider: str = ""


class _Event(Struct, rename="camel", gc=False):
    event_time: str
    event_name: str
    user_identity: _Identity
    source: str = msgspec.field(name="sourceIPAddress")
    request_parameters: _Given | None
    response_elements: _Made | None
    recipient_account_id: str = ""


_decoder = msgspec.json.Decoder(_Event)


def _recorded(installation: Installation, tx: Transaction, begin: datetime) -> Iterator[Living]:
    journal = lines_with(installation.settings.journal, _HANDED_OUT, begin)
    changes = audit.containing(tx, _HANDED_OUT.decode(), begin)
    for line in chain(journal, (kept.event.encode() for kept in changes)):
        event = _decoder.decode(line)
        for made in _handed_out(event):
            yield _of_sts(tx, event, made, event.request_parameters or _Given())
    for kept in audit.containing(tx, _BY_OPERATORS, begin):
        event = _decoder.decode(kept.event)
        if event.response_elements and event.request_parameters:
            yield _of_operators(tx, event, event.response_elements, event.request_parameters)


def _handed_out(event: _Event) -> tuple[_Made, ...]:
    made = event.response_elements
    return () if made is None or event.event_name == _ASKS_STS else made.credential_set or (made,)


def _of_sts(tx: Transaction, event: _Event, made: _Made, given: _Given) -> Living:
    identity = event.user_identity
    arn, unique_id = _whose(tx, identity, given, made)
    return Living(
        access_key_id=made.credentials.access_key_id,
        arn=arn,
        account=arn.split(":", 5)[4],
        unique_id=unique_id,
        role=given.role_arn,
        asked_by=identity.arn or f"{identity.identity_provider} {identity.user_name}".strip(),
        asked_with=identity.access_key_id,
        source_identity=made.source_identity,
        source=event.source,
        issued=event.event_time,
        expires=made.credentials.expiration,
    )


def _whose(tx: Transaction, identity: _Identity, given: _Given, made: _Made) -> tuple[str, str]:
    """Who the session is: its ARN, and whose policies it has, by unique id."""
    if made.assumed_role_user:
        return made.assumed_role_user.arn, made.assumed_role_user.assumed_role_id.partition(":")[0]
    if made.federated_user:
        return made.federated_user.arn, identity.principal_id
    if made.assumed_principal:
        return made.assumed_principal, _id_at(tx, made.assumed_principal)
    if given.target_principal:
        account = given.target_principal.removesuffix(":root")[-12:]
        return f"arn:aws:iam::{account}:root", account
    return identity.arn, identity.principal_id


def _id_at(tx: Transaction, text: str) -> str:
    """The unique id of a user, root user or role's session by ARN, as it is now."""
    _, _, service, _, account, resource = text.split(":", 5)
    if service == "sts":
        role = roles.named(tx, account, resource.split("/")[1])
        return role.id if role else _ROLE
    arn = EntityArn.parse(text)
    owner = owner_at(tx, arn) if arn else None
    return owner.id if owner else account if resource == "root" else _USER


def _of_operators(tx: Transaction, event: _Event, made: _Made, given: _Given) -> Living:
    arn = EntityArn.parse(given.role_arn)
    role = owner_at(tx, arn) if arn else None
    name = given.role_arn.rpartition("/")[2]
    account = event.recipient_account_id
    partition = given.role_arn.split(":")[1]
    return Living(
        access_key_id=made.access_key_id,
        arn=f"arn:{partition}:sts::{account}:assumed-role/{name}/{given.role_session_name}",
        account=account,
        unique_id=role.id if role else _ROLE,
        role=given.role_arn,
        asked_by=f"operator {event.user_identity.user_name}",
        asked_with="",
        source_identity="",
        source=event.source,
        issued=event.event_time,
        expires=made.expiration,
    )
