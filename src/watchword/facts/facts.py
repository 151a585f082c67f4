"""A process's view of the database: facts, read through a cache that is never stale.

Each fact is loaded in one read transaction together with the topics it depends on, and dropped when any
of them changes, by this process or another. `confirm` is called once a request, before the first fact: a
process that can't know whether anything changed refuses (docs/decisions/0002). Absence is not kept.

A `Facts` whose `cached` is true never waits for the database: where it would have to, it raises WouldBlock,
and the caller starts over with one that may. The row of an object is not kept, since no decision depends on
it; a cached `Facts` reads it by a `PointReader`, where the database is a file.

How each fact is read stands in the file of its subject. What may be done with a fact belongs to
`watchword.access`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Self, TypeVar, cast

from watchword.facts.buckets import BucketFact, load_bucket
from watchword.facts.credentials import KeyFact, load_existence, load_key, load_keyring, load_revocations
from watchword.facts.entities import (
    RoleFact,
    load_group,
    load_instance_profile,
    load_role,
    load_tags,
    load_user,
)
from watchword.facts.grants import Grants, load_grants, load_policy
from watchword.facts.loaded import Loaded
from watchword.installation.installation import RootKey
from watchword.names import Principal, fault
from watchword.names.principal import RoleSession, User
from watchword.names.would_block import WouldBlock
from watchword.policy import Policy, Source
from watchword.policy.evaluation.engine import Engine
from watchword.proofs.keyring import Keyring
from watchword.sessions import Session
from watchword.sessions import session as sessions
from watchword.store import Cache, Database, Topic, Transaction, Unavailable, Watch, keyring
from watchword.store.iam.groups import Group
from watchword.store.iam.instance_profiles import InstanceProfile
from watchword.store.iam.users import User as UserRecord
from watchword.store.revocations import Revocation
from watchword.store.s3 import objects
from watchword.store.s3.objects import Object

Value = TypeVar("Value")
Key = tuple[str, ...]
"""The kind of a fact and what identifies it."""
Load = Callable[[Transaction], Loaded[Value]]
NO_GRANTS = Loaded(Grants(), frozenset[Topic]())


class Facts:
    """A process's view of the database."""

    def __init__(
        self, database: Database, watch: Watch, cache: Cache, root_key: RootKey, *, cached: bool = False
    ) -> None:
        self._database = database
        self._watch = watch
        self._cache = cache
        self.root_key = root_key
        self.cached = cached
        self._point_reader = database.point_reader() if cached else None
        self._confirmed = False

    def cached_only(self) -> Self:
        """The same facts, for the event loop."""
        return type(self)(self._database, self._watch, self._cache, self.root_key, cached=True)

    @property
    def sees_objects(self) -> bool:
        """Whether rows of objects can be had."""
        return not self.cached or self._point_reader is not None

    def confirm(self) -> None:
        """Raises ServiceUnavailable unless this process knows of every change.

        Cached facts stay confirmed until they are doubted.
        """
        if self._confirmed:
            return
        if not self._watch.check():
            raise fault("ServiceUnavailable", meant="the database can't confirm that nothing changed")
        self._confirmed = self.cached

    def doubt(self) -> None:
        """From now on something may have changed."""
        self._confirmed = False

    def close(self) -> None:
        """Ends the watch."""
        self._watch.close()

    def keyring(self) -> Keyring:
        """The keys that seal tokens and secrets."""
        return self._needed(("keyring",), lambda tx: load_keyring(tx, self.root_key))

    def session(self, token: str) -> Session:
        """The session in a token; the fault InvalidSessionToken for what no key of ours sealed."""
        key = ("session", token)
        session = self._cache.get(key)
        if session is None:
            generation = self._cache.generation
            session = sessions.open(token, self.keyring())
            self._cache.put(key, session, [keyring.WHOLE], generation)
        return cast("Session", session)

    def access_key(self, access_key_id: str) -> KeyFact | None:
        return self._fact(("key", access_key_id), lambda tx: load_key(tx, access_key_id, self.root_key))

    def user_named(self, account: str, name: str) -> UserRecord | None:
        return self._fact(("user", account, name), lambda tx: load_user(tx, account, name))

    def group_named(self, account: str, name: str) -> Group | None:
        return self._fact(("group", account, name), lambda tx: load_group(tx, account, name))

    def instance_profile_named(self, account: str, name: str) -> InstanceProfile | None:
        load = partial(load_instance_profile, account=account, name=name)
        return self._fact(("instance-profile", account, name), load)

    def role_named(self, account: str, name: str) -> RoleFact | None:
        return self._fact(("role", account, name), lambda tx: load_role(tx, account, name))

    def object_at(self, bucket_id: str, key: bytes) -> Object | None:
        """The row of an object as it is now."""
        if self._point_reader is not None:
            try:
                return objects.at(self._point_reader, bucket_id, key)
            except Unavailable:
                raise WouldBlock from None
        if self.cached:
            raise WouldBlock
        with self._database.read() as tx:
            return objects.at(tx, bucket_id, key)

    def bucket(self, name: str) -> BucketFact | None:
        return self._fact(("bucket", name), lambda tx: load_bucket(tx, name))

    def tags(self, kind: str, entity_id: str) -> Mapping[str, str]:
        """Tags of a user, role, instance profile or policy, by its unique id (a policy's by its ARN)."""
        return self._needed(("tags", kind, entity_id), lambda tx: load_tags(tx, kind, entity_id))

    def managed_policy(self, arn: str) -> Policy | None:
        """The version in force of the managed policy of that ARN, whoever's it is."""
        return self._fact(("policy", arn), partial(load_policy, arn=arn))

    def exists(self, session: Session) -> bool:
        """Whether the session's user, role or account still exists, by unique id."""
        found = self._fact(
            ("exists", session.kind, session.unique_id), lambda tx: load_existence(tx, session)
        )
        return found is not None

    def revocations(self, account: str) -> Sequence[Revocation]:
        """Everything that was revoked in the account."""
        return self._needed(("revocations", account), lambda tx: load_revocations(tx, account))

    def engine(self, principal: Principal, session: Session | None) -> Engine:
        """The compiled policies of a caller, within its session."""
        restricted = session if session and session.restricted else None
        key = ("engine", principal, restricted and restricted.access_key_id)
        engine = self._cache.get(key)
        if engine is None:
            generation = self._cache.generation
            engine, topics = self._compile(principal, restricted)
            self._cache.put(key, engine, topics, generation)
        return cast("Engine", engine)

    def _compile(self, principal: Principal, session: Session | None) -> tuple[Engine, frozenset[Topic]]:
        grants: Loaded[Grants] = NO_GRANTS
        if isinstance(principal, User | RoleSession):
            load = partial(load_grants, principal=principal, managed_policy=self._policy)
            grants = self._load(("grants", principal.unique_id), load)
        passed = Loaded(None, frozenset[Topic]()) if session is None else self._passed(session)
        own = grants.value or Grants()
        return Engine(principal, own.identity, own.boundary, passed.value), grants.topics | passed.topics

    def _passed(self, session: Session) -> Loaded[list[Source]]:
        """The policies passed to a session. One that is gone may have denied: then nothing is allowed."""
        passed = [Source(Policy.parse(text)) for text in session.policies]
        topics = frozenset[Topic]()
        for arn in session.policy_arns:
            entry = self._load(("policy", arn), partial(load_policy, arn=arn))
            if entry.value is None:
                return Loaded([], topics)
            passed.append(Source(entry.value, arn))
            topics |= entry.topics
        return Loaded(passed, topics)

    def _policy(self, tx: Transaction, arn: str) -> Loaded[Policy]:
        """A managed policy, compiled once for all who have it."""
        return self._load(("policy", arn), partial(load_policy, arn=arn), tx)

    def _fact(self, key: Key, load: Load[Value]) -> Value | None:
        return self._load(key, load).value

    def _needed(self, key: Key, load: Load[Value]) -> Value:
        found = self._load(key, load).value
        assert found is not None
        return found

    def _load(self, key: Key, load: Load[Value], tx: Transaction | None = None) -> Loaded[Value]:
        """The fact with its topics. That there is no such thing isn't kept."""
        kept = self._cache.get(key)
        if kept is not None:
            return kept  # type: ignore[return-value]  # under this key, it is what `load` gave
        if self.cached:
            raise WouldBlock
        generation = self._cache.generation
        if any("\0" in part for part in key):
            return Loaded(None, frozenset())  # no name holds a NUL, and PostgreSQL can't even be asked
        with nullcontext(tx) if tx else self._database.read() as reading:
            loaded = load(reading)
        if loaded.value is not None:
            self._cache.put(key, loaded, loaded.topics, generation)
        return loaded
