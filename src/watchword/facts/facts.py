"""A process's view of the database: facts, read through a cache that is never stale.

Each fact is loaded in one read transaction together with the topics it depends on, and dropped when any
of them changes, by this process or another. `confirm` is called once a request, before the first fact: a
process that can't know whether anything changed refuses (docs/decisions/0002). Absence is not kept.

A `Facts` whose `cached` is true never waits for the database: where it would have to, it raises WouldBlock,
and the caller starts over with one that may. The row of an object is no fact: it is read each time. A cached
`Facts` reads it by a `PointReader`, where the database is a file, and caches it for this version of the
database: until anything is committed.

How each fact is read stands in the file of its subject. What may be done with a fact belongs to
`watchword.access`.
"""

from itertools import chain
from typing import Any, Self, cast

from watchword.facts.credentials import KEYRING
from watchword.facts.fact import (
    OF_A_TAG,
    OF_A_VALUE,
    OF_AN_INDEX,
    Fact,
    Key,
    Loaded,
    Reading,
    Value,
    weight_of,
)
from watchword.facts.grants import MANAGED_POLICY, ROLE_GRANTS, USER_GRANTS, Grants
from watchword.installation.installation import RootKey
from watchword.names import Principal, fault
from watchword.names.principal import FederatedUser, RoleSession, User
from watchword.names.would_block import WouldBlock
from watchword.policy import Policy, Source
from watchword.policy.evaluation.engine import Engine
from watchword.sessions import Session
from watchword.sessions import session as sessions
from watchword.store import EVERYTHING, Cache, Database, Topic, Transaction, Unavailable, Watch, keyring
from watchword.store.point_reader import PointReader
from watchword.store.s3 import objects
from watchword.store.s3.objects import Object

OF_AN_ENGINE = 4096
NO_GRANTS = Loaded(Grants(), frozenset[Topic]())


def weight_of_session(session: Session, token: str) -> int:
    """Bytes of a session that is cached under its token."""
    texts = chain((token,), session.policies, session.tags, session.tags.values())
    return OF_A_VALUE + sum(map(len, texts)) + OF_A_TAG * len(session.tags)


def weight_of_row(row: Object) -> int:
    """Bytes of an object's row that is cached."""
    named = (row.headers, row.metadata, row.tags)
    texts = chain((row.key,), *named, *(each.values() for each in named))
    return 2 * OF_A_VALUE + sum(map(len, texts)) + OF_A_TAG * sum(map(len, named))


def weight_of_engine(session: Session | None) -> int:
    """Bytes of an engine, within a session that has policies of its own."""
    if session is None:
        return OF_AN_ENGINE
    return OF_AN_ENGINE + weight_of(*session.policies) + OF_AN_INDEX * len(session.policy_arns)


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
        self._version: int | None = None
        """The version of the database at the last question whether anything changed."""
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
        self._confirmed, self._version = self.cached, self._watch.version

    def doubt(self) -> None:
        """From now on something may have changed."""
        self._confirmed = False

    def forget(self) -> None:
        """Drops what is cached: it is read again when it is needed."""
        self._cache.apply((EVERYTHING,))

    def close(self) -> None:
        """Ends the watch."""
        self._watch.close()

    def get(self, fact: Fact[Key, Value], *key: Key.args, **_: Key.kwargs) -> Value | None:
        """The fact of that key, None where there is no such thing."""
        return self._load(fact, key).value  # type: ignore[arg-type]  # keys are strings

    def need(self, fact: Fact[Key, Value], *key: Key.args, **_: Key.kwargs) -> Value:
        """The same of what is always there: the keyring, tags (perhaps none), revocations (perhaps none)."""
        found = self._load(fact, key).value  # type: ignore[arg-type]  # as above
        assert found is not None
        return found

    def session(self, token: str) -> Session:
        """The session in a token; the fault InvalidSessionToken for what no key of ours sealed."""
        key = ("session", token)
        session: Session | None = self._cache.get(key)  # type: ignore[assignment]  # what is put below
        if session is None:
            generation = self._cache.generation
            session = sessions.open(token, self.need(KEYRING))
            weight = weight_of_session(session, token)
            self._cache.put(key, session, [keyring.WHOLE], generation, weight)
        return session

    def object_at(self, bucket_id: str, key: bytes, version: str = "") -> Object | None:
        """The current or the named version as it is now; on the event loop, as it was in this turn."""
        if self._point_reader is not None:
            row = self._cache.get(("object", self._version, bucket_id, key, version))
            return cast("Object", row) if row else self._read_row(self._point_reader, bucket_id, key, version)
        if self.cached:
            raise WouldBlock
        with self._database.read() as tx:
            return objects.at(tx, bucket_id, key, version)

    def engine(self, principal: Principal, session: Session | None) -> Engine:
        """The compiled policies of a caller, within its session."""
        restricted = session if session and session.restricted else None
        key = ("engine", principal, restricted and restricted.access_key_id)
        engine: Engine | None = self._cache.get(key)  # type: ignore[assignment]  # what is put below
        if engine is None:
            generation = self._cache.generation
            engine, topics = self._compile(principal, restricted)
            self._cache.put(key, engine, topics, generation, weight_of_engine(restricted))
        return engine

    def _read_row(self, reader: PointReader, bucket_id: str, key: bytes, version: str) -> Object | None:
        generation = self._cache.generation
        try:
            row = objects.at(reader, bucket_id, key, version)
        except Unavailable:
            raise WouldBlock from None
        if row is not None:
            place = ("object", self._version, bucket_id, key, version)
            self._cache.put(place, row, (), generation, weight_of_row(row))
        return row

    def _compile(self, principal: Principal, session: Session | None) -> tuple[Engine, frozenset[Topic]]:
        grants: Loaded[Grants] = NO_GRANTS
        if isinstance(principal, User):
            grants = self._load(USER_GRANTS, (principal.unique_id,))
        elif isinstance(principal, FederatedUser) and not principal.of_root:
            grants = self._load(USER_GRANTS, (principal.user_id,))
        elif isinstance(principal, RoleSession):
            grants = self._load(ROLE_GRANTS, (principal.unique_id,))
        passed = Loaded(None, frozenset[Topic]()) if session is None else self._passed(session)
        own = grants.value or Grants()
        return Engine(principal, own.compiled, session=passed.value), grants.topics | passed.topics

    def _passed(self, session: Session) -> Loaded[list[Source]]:
        """The policies passed to a session. One that is gone may have denied: then nothing is allowed."""
        passed = [Source(Policy.parse(text)) for text in session.policies]
        topics = frozenset[Topic]()
        for arn in session.policy_arns:
            entry = self._load(MANAGED_POLICY, (arn,))
            if entry.value is None:
                return Loaded([], topics)
            passed.append(Source(entry.value, arn))
            topics |= entry.topics
        return Loaded(passed, topics)

    def _load(self, fact: Fact[Any, Value], key: tuple[str, ...]) -> Loaded[Value]:
        # Under this key, it is what the fact's `read` gave.
        kept: Loaded[Value] | None = self._cache.get((fact.name, *key))  # type: ignore[assignment]
        if kept is not None:
            return kept
        if self.cached:
            raise WouldBlock
        generation = self._cache.generation
        if any("\0" in part for part in key):
            return Loaded(None, frozenset())  # no name holds a NUL, and PostgreSQL can't even be asked
        with self._database.read() as tx:
            return self._read(tx, generation, fact, key)

    def _read(
        self, tx: Transaction, generation: int, fact: Fact[Any, Value], key: tuple[str, ...]
    ) -> Loaded[Value]:
        """Read in a snapshot that began after `generation`. That there is no such thing isn't kept."""

        def other(fact: Fact[Any, Any], key: tuple[str, ...]) -> Loaded[Any]:
            kept = self._cache.get((fact.name, *key))
            return cast("Loaded[Any] | None", kept) or self._read(tx, generation, fact, key)

        reading = Reading(tx, self.root_key, other)
        loaded = Loaded(fact.read(reading, *key), frozenset(reading.topics))
        if loaded.value is not None:
            self._cache.put((fact.name, *key), loaded, loaded.topics, generation, reading.weight)
        return loaded
