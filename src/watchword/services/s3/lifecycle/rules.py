"""The rules of a bucket's lifecycle: as they were put, and in the form in which they are carried out.

Times are rounded up to the next midnight UTC, as at S3: an object of Monday noon that expires after one day
is there until Wednesday, 00:00.
Source: Amazon S3 API Reference, LifecycleRule; User Guide, "Lifecycle configuration elements" and "Expiring
objects".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from math import inf

import msgspec
from msgspec import Struct, field

from watchword.store.s3.objects import Object

SETTING = "lifecycle"
"""The name of the setting of a bucket."""
ENABLED, DISABLED = "Enabled", "Disabled"
_REMEMBERED = 64
_FOREVER = 1_000_000
"""Days that are still in the calendar."""


class Given(Struct, frozen=True, rename="pascal", omit_defaults=True, forbid_unknown_fields=True):
    """A part of the configuration, with the names of S3's model."""


class Tag(Given, frozen=True):
    """A tag that objects have."""

    key: str
    value: str


class And(Given, frozen=True):
    """Conditions that all hold."""

    prefix: str | None = None
    tags: tuple[Tag, ...] = ()
    object_size_greater_than: int | None = None
    object_size_less_than: int | None = None


class Filter(Given, frozen=True):
    """One condition, or several in `both`."""

    prefix: str | None = None
    tag: Tag | None = None
    object_size_greater_than: int | None = None
    object_size_less_than: int | None = None
    both: And | None = field(name="And", default=None)

    @property
    def conditions(self) -> And:
        """All conditions of the filter."""
        tags = (self.tag,) if self.tag else ()
        return self.both or And(self.prefix, tags, self.object_size_greater_than, self.object_size_less_than)


class Expiration(Given, frozen=True):
    """When current versions end."""

    date: datetime | None = None
    days: int | None = None
    expired_object_delete_marker: bool | None = None


class NoncurrentVersionExpiration(Given, frozen=True):
    """When versions that aren't current are deleted."""

    noncurrent_days: int | None = None
    newer_noncurrent_versions: int | None = None


class AbortIncompleteMultipartUpload(Given, frozen=True):
    """When unfinished uploads are aborted."""

    days_after_initiation: int | None = None


class Rule(Given, frozen=True):
    """A rule. The older form has `prefix` instead of `filter`."""

    status: str
    id: str = field(name="ID", default="")
    prefix: str | None = None
    filter: Filter | None = None
    expiration: Expiration | None = None
    noncurrent_version_expiration: NoncurrentVersionExpiration | None = None
    abort_incomplete_multipart_upload: AbortIncompleteMultipartUpload | None = None

    @property
    def conditions(self) -> And:
        """Which objects the rule is about."""
        return self.filter.conditions if self.filter else And(self.prefix)


class Configuration(Given, frozen=True):
    """All that is stored."""

    rules: tuple[Rule, ...]
    transition_default_minimum_object_size: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """A rule that is enabled."""

    id: str
    prefix: bytes
    tags: frozenset[tuple[str, str]]
    above: float
    below: float
    expiration: Expiration
    noncurrent: NoncurrentVersionExpiration
    abort: int | None

    @classmethod
    def of(cls, rule: Rule) -> "Live":
        what, abort = rule.conditions, rule.abort_incomplete_multipart_upload
        return cls(
            rule.id,
            (what.prefix or "").encode(),
            frozenset((tag.key, tag.value) for tag in what.tags),
            -1 if what.object_size_greater_than is None else what.object_size_greater_than,
            inf if what.object_size_less_than is None else what.object_size_less_than,
            rule.expiration or Expiration(),
            rule.noncurrent_version_expiration or NoncurrentVersionExpiration(),
            abort.days_after_initiation if abort else None,
        )

    def covers(self, row: Object) -> bool:
        """Whether it is about that version. A delete marker has neither tags nor a size."""
        if not row.key.startswith(self.prefix):
            return False
        if row.marker:
            return not self.tags and self.above < 0 and self.below == inf
        return self.above < row.size < self.below and self.tags <= row.tags.items()

    def expiry(self, row: Object) -> datetime | None:
        """When the current version expires; None where the rule doesn't say."""
        if self.expiration.days is not None:
            return midnight_after(row.modified, self.expiration.days)
        return self.expiration.date


def midnight_after(moment: datetime, days: int) -> datetime:
    """So many days later, at midnight."""
    later = moment + timedelta(days=min(days, _FOREVER))
    midnight = datetime.combine(later.date(), time(), UTC)
    return midnight if midnight == later else midnight + timedelta(days=1)


class Expiries:
    """The rules of a bucket by which current versions expire, found by their prefixes."""

    def __init__(self, rules: Iterable[Live]) -> None:
        self._by_prefix: dict[bytes, list[Live]] = {}
        for rule in rules:
            if rule.expiration != Expiration():
                self._by_prefix.setdefault(rule.prefix, []).append(rule)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def first(self, row: Object) -> tuple[datetime, str] | None:
        """When the current version expires, and the rule that says so."""
        found = [
            (expiry, rule.id)
            for length in self._lengths
            for rule in self._by_prefix.get(row.key[:length], ())
            if rule.covers(row) and (expiry := rule.expiry(row))
        ]
        return min(found, default=None)


def read_configuration(document: str) -> Configuration:
    """The configuration in a document."""
    return msgspec.json.decode(document, type=Configuration)


@lru_cache(_REMEMBERED)
def live_rules(document: str) -> tuple[Live, ...]:
    """The rules in a document that are enabled."""
    return tuple(Live.of(rule) for rule in read_configuration(document).rules if rule.status == ENABLED)


# Cached: every answer about an object asks, and a bucket can have a thousand rules.
@lru_cache(_REMEMBERED)
def expiries(document: str) -> Expiries:
    """Those of the rules in a document."""
    return Expiries(live_rules(document))
