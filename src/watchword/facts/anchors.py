"""What Roles Anywhere decides from: trust anchors with their revocation lists, profiles; and their tags.

Each is found by its id or its alias, in the account and Region that it is of.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from watchword.facts.fact import OF_A_TAG, Fact, Reading
from watchword.names import nouns
from watchword.store import Topic, Transaction, tags
from watchword.store.rolesanywhere import crls, host_authorities, hosts, profiles, subjects, trust_anchors
from watchword.store.rolesanywhere.crls import Crl
from watchword.store.rolesanywhere.host_authorities import HostAuthority
from watchword.store.rolesanywhere.hosts import Host
from watchword.store.rolesanywhere.profiles import Profile
from watchword.store.rolesanywhere.subjects import Subject
from watchword.store.rolesanywhere.trust_anchors import TrustAnchor

UUID_FORM = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Of the ids. What has another form is never looked up: a database may not even take the text."""
ALIAS = "alias/"
"""How the reference to something by its alias begins."""


class Resource(Protocol):
    """What has an ARN in an account and Region."""

    @property
    def id(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def arn(self) -> str: ...


Record = TypeVar("Record", bound=Resource, covariant=True)


class Tagged(Struct, Generic[Record], frozen=True):
    """A resource with its tags."""

    record: Record
    tags: Mapping[str, str]


ById = Callable[[Transaction, str], Any]
Named = Callable[[Transaction, str, str, str], Any]


def _fact(kind: str, by_id: ById, named: Named | None = None) -> Fact[[str, str, str], Tagged[Any]]:
    """By account, Region, and an id or `alias/` and an alias."""

    def read(reading: Reading, account: str, region: str, reference: str) -> Tagged[Any] | None:
        if named and reference.startswith(ALIAS):
            found = named(reading.tx, account, region, reference.removeprefix(ALIAS))
        else:
            found = by_id(reading.tx, reference)
        if found is None or (found.account, found.region) != (account, region):
            return None
        reading.depends_on(Topic(kind, found.id))
        if isinstance(found, Crl):
            reading.depends_on(Topic(trust_anchors.KIND, found.anchor_id))
        own = tags.of(reading.tx, kind, found.id)
        reading.weigh(sum(OF_A_TAG + len(key) + len(value) for key, value in own.items()))
        reading.weigh(sum(len(each) for each in _texts(found)))
        return Tagged(found, own)

    return Fact(kind, read)


def _texts(record: object) -> list[str | bytes]:
    """What makes a record large."""
    match record:
        case TrustAnchor():
            return [record.certificates]
        case Profile():
            return [record.policy, *record.role_arns]
        case Crl():
            return [record.given, record.der]
    return []


def _lists(reading: Reading, anchor_id: str) -> tuple[bytes, ...]:
    reading.depends_on(Topic(trust_anchors.KIND, anchor_id))
    found = tuple(each.der for each in crls.of(reading.tx, anchor_id) if each.enabled)
    reading.weigh(sum(map(len, found)))
    return found


def _host(reading: Reading, host_id: str) -> Host | None:
    reading.depends_on(Topic(hosts.KIND, host_id))
    return hosts.by_id(reading.tx, host_id)


def _host_of_token(reading: Reading, digest: str) -> Host | None:
    found = hosts.of_token(reading.tx, digest)
    reading.depends_on(Topic(hosts.KIND, found.id if found else ""))
    return found


def _host_authority(reading: Reading, anchor_id: str) -> HostAuthority | None:
    reading.depends_on(Topic(trust_anchors.KIND, anchor_id))
    return host_authorities.by_anchor(reading.tx, anchor_id)


TRUST_ANCHOR: Fact[[str, str, str], Tagged[TrustAnchor]] = _fact(
    nouns.TRUST_ANCHOR, trust_anchors.by_id, trust_anchors.named
)
PROFILE: Fact[[str, str, str], Tagged[Profile]] = _fact(nouns.PROFILE, profiles.by_id, profiles.named)
CRL: Fact[[str, str, str], Tagged[Crl]] = _fact(nouns.CRL, crls.by_id, crls.named)
SUBJECT: Fact[[str, str, str], Tagged[Subject]] = _fact(nouns.SUBJECT, subjects.by_id)
REVOCATION_LISTS = Fact("revocation-lists", _lists)
"""By the id of a trust anchor: the lists (DER) that are enabled."""
HOST = Fact(nouns.HOST, _host)
"""By its id."""
HOST_OF_TOKEN = Fact("host-of-token", _host_of_token)
"""By the digest of its join token."""
HOST_AUTHORITY = Fact("host-authority", _host_authority)
"""By the id of its trust anchor; its key is sealed."""
