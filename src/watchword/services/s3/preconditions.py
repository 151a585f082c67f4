"""Conditional requests: If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since.

S3 checks them in the order of RFC 9110, section 13.2.2, numbered below. Times are compared in whole seconds,
since headers have no fractions. An ETag may come with or without quotes.
Source: Amazon S3 API Reference, GetObject; User Guide, "Add preconditions to S3 operations with conditional
requests".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from msgspec import Struct, structs

from watchword.names import AwsError
from watchword.services.s3.errors import s3_error

_OF_READS = frozenset({"IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince"})


class Preconditions(Struct, frozen=True):
    """The conditions of a request."""

    match: str | None = None
    none_match: str | None = None
    modified_since: datetime | None = None
    unmodified_since: datetime | None = None

    @classmethod
    def of_read(cls, given: Mapping[str, Any], now: datetime) -> Self:
        """From the input of a read. An If-Modified-Since in the future is ignored (RFC 9110, 13.1.3)."""
        if _OF_READS.isdisjoint(given):
            return cls()
        found = cls.of(given)
        future = found.modified_since is not None and found.modified_since > now
        return structs.replace(found, modified_since=None) if future else found

    @classmethod
    def of(cls, given: Mapping[str, Any], prefix: str = "") -> Self:
        """From an operation's input; `prefix` is CopySource for the source of a copy."""
        return cls(
            given.get(f"{prefix}IfMatch"),
            given.get(f"{prefix}IfNoneMatch"),
            given.get(f"{prefix}IfModifiedSince"),
            given.get(f"{prefix}IfUnmodifiedSince"),
        )

    def __bool__(self) -> bool:
        return self != _NONE

    def check_read(self, etag: str, modified: datetime) -> bool:
        """Whether the object is sent; False for 304. Raises PreconditionFailed."""
        failed = self._failed(etag, modified)
        if failed and failed not in ("If-None-Match", "If-Modified-Since"):
            raise _unmet(failed)
        return failed is None

    def check_source(self, etag: str, modified: datetime) -> None:
        """The same for the source of a copy, which is never 304. Raises PreconditionFailed."""
        if failed := self._failed(etag, modified):
            raise _unmet(f"x-amz-copy-source-{failed}")

    def check_write(self, etag: str | None, key: str) -> None:
        """For an object that is replaced or deleted. `etag` is None if there is no object.

        Then If-Match with an ETag is NoSuchKey, and with `*` PreconditionFailed.
        """
        if self.match is not None and etag is None and self.match.strip() != "*":
            raise s3_error("NoSuchKey", Key=key)
        if self.match is not None and not _names(self.match, etag):
            raise _unmet("If-Match")
        if self.none_match is not None and _names(self.none_match, etag):
            raise _unmet("If-None-Match")

    def _failed(self, etag: str, modified: datetime) -> str | None:
        """The name of the condition that fails."""
        if not self:
            return None
        second = modified.replace(microsecond=0)
        # 1, 2. If-Match; If-Unmodified-Since only without it.
        if self.match is not None:
            if not _names(self.match, etag):
                return "If-Match"
        elif self.unmodified_since is not None and second > self.unmodified_since:
            return "If-Unmodified-Since"
        # 3, 4. If-None-Match; If-Modified-Since only without it.
        if self.none_match is not None:
            if _names(self.none_match, etag):
                return "If-None-Match"
        elif self.modified_since is not None and second <= self.modified_since:
            return "If-Modified-Since"
        return None


_NONE = Preconditions()


def _names(header: str, etag: str | None) -> bool:
    """Whether a list of ETags has this one. `*` stands for all of them."""
    if etag is None:
        return False
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in header.split(","))
    return any(tag in ("*", etag) for tag in tags)


def _unmet(header: str) -> AwsError:
    return s3_error("PreconditionFailed", Condition=header)
