"""Object metadata: from the members of a request to the row, and back to the members of an answer.

Kept with an object are its media type, SYSTEM_HEADERS, where it redirects to on a website, and the user's
metadata (Amazon S3 User Guide, "Working with object metadata"). Expires is kept as the text that was sent.
What doesn't belong here: the bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, TypedDict

from watchword.names import AwsError
from watchword.services.operation import Call
from watchword.services.s3.errors import s3_error
from watchword.services.s3.limits import check_metadata
from watchword.services.s3.website.redirect_location import redirect_location
from watchword.store.s3.objects import Object

DEFAULT_TYPE = "binary/octet-stream"
ENCRYPTION = {"ServerSideEncryption": "AES256"}
"""Every answer about an object says so, as at S3, unless it has a key of the customer's."""
COMPOSITE, FULL_OBJECT = "COMPOSITE", "FULL_OBJECT"
"""Types of checksums: of the checksums of the parts, or of all bytes."""
SYSTEM_HEADERS = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "Expires")
OVERRIDES = {f"Response{name}": name for name in (*SYSTEM_HEADERS, "ContentType")}
"""The response-* parameters of a signed GetObject, and the headers that they replace."""


class Columns(TypedDict):
    """The fields of a row that describe its object."""

    content_type: str
    headers: Mapping[str, str]
    metadata: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Description:
    """The metadata and the tags of an object."""

    content_type: str = DEFAULT_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def given(cls, members: Mapping[str, Any], tags: Mapping[str, str]) -> "Description":
        """From the input of a put. Raises MetadataTooLarge."""
        metadata = {name.lower(): value for name, value in members.get("Metadata", {}).items()}
        check_metadata(metadata)
        headers = {name: members[name] for name in SYSTEM_HEADERS if name in members}
        if codings := _codings(headers.pop("ContentEncoding", "")):
            headers["ContentEncoding"] = codings
        headers |= redirect_location(members)
        return cls(members.get("ContentType") or DEFAULT_TYPE, headers, metadata, tags)

    @classmethod
    def of(cls, row: Object) -> "Description":
        return cls(row.content_type, row.headers, row.metadata, row.tags)

    @property
    def columns(self) -> Columns:
        """The same as fields of a row."""
        return {
            "content_type": self.content_type,
            "headers": self.headers,
            "metadata": self.metadata,
            "tags": self.tags,
        }


def described(call: Call, row: Object) -> dict[str, object]:
    """The members of GetObject's and HeadObject's output that come from the row."""
    output: dict[str, object] = {
        "AcceptRanges": "bytes",
        "LastModified": second(row.modified),
        "ETag": quoted(row.etag),
        "ContentType": row.content_type,
        **row.headers,
        **_overrides(call),
    }
    if row.metadata:
        output["Metadata"] = dict(row.metadata)
    return output


def not_modified(row: Object) -> AwsError:
    """304, with the headers that caches need (RFC 9110, section 15.4.5)."""
    cached = {"cache-control": row.headers.get("CacheControl"), "expires": row.headers.get("Expires")}
    told = {"etag": quoted(row.etag), "last-modified": format_datetime(second(row.modified), usegmt=True)}
    return AwsError(
        "NotModified", 304, "Not Modified", headers=told | {key: text for key, text in cached.items() if text}
    )


def checksums(row: Object) -> dict[str, str]:
    """The members for an object's checksum."""
    said = {f"Checksum{algorithm}": value for algorithm, value in row.checksums.items()}
    return said | checksum_type(row)


def checksum_type(row: Object) -> dict[str, str]:
    """The member for the type of a checksum. That of parts ends in their number: `sum-2`."""
    if not row.checksums:
        return {}
    made_of_parts = any("-" in value for value in row.checksums.values())
    return {"ChecksumType": COMPOSITE if made_of_parts else FULL_OBJECT}


def second(moment: datetime) -> datetime:
    """The moment without fractions of a second, as S3 shows it."""
    return moment.replace(microsecond=0)


def quoted(etag: str) -> str:
    """An ETag in quotes, as headers have it."""
    return f'"{etag}"'


def _codings(header: str) -> str:
    """A Content-Encoding without aws-chunked, which is only about the transfer."""
    codings = [coding.strip() for coding in header.split(",")]
    return ",".join(coding for coding in codings if coding.lower() != "aws-chunked")


def _overrides(call: Call) -> dict[str, object]:
    if OVERRIDES.keys().isdisjoint(call.input):
        return {}
    asked = {OVERRIDES[name]: value for name, value in call.input.items() if name in OVERRIDES}
    if asked and call.caller.anonymous:
        said = "Request specific response headers cannot be used for anonymous GET requests."
        raise s3_error("InvalidRequest", said)
    if isinstance(moment := asked.get("Expires"), datetime):
        asked["Expires"] = format_datetime(moment, usegmt=True)
    return asked
