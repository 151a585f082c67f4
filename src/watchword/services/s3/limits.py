"""Names and sizes that S3 allows.

Sources: Amazon S3 User Guide, "General purpose bucket naming rules", "Naming Amazon S3 objects" (keys) and
"Working with object metadata" (2 KB of user metadata, keys and values counted in UTF-8).
"""

import hashlib
import re
from collections.abc import Mapping

from watchword.services.s3.errors import s3_error

MAX_KEY_BYTES = 1024
MAX_METADATA_BYTES = 2048
MAX_KEYS = 1000
"""The most keys in a page, and in one DeleteObjects."""
MAX_LIST = 8 << 20
"""Bytes of the XML for MAX_KEYS keys, or for 10,000 parts with checksums."""

_BUCKET = re.compile(r"(?=.{3,63}\Z)[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*(?<![.-])", re.ASCII)
_LIKE_AN_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}", re.ASCII)
_KEPT_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_KEPT_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an")


def is_bucket_name(name: str) -> bool:
    """Whether a bucket could have that name."""
    return (
        _BUCKET.fullmatch(name) is not None
        and _LIKE_AN_ADDRESS.fullmatch(name) is None
        and not name.startswith(_KEPT_PREFIXES)
        and not name.endswith(_KEPT_SUFFIXES)
    )


def key_bytes(key: str) -> bytes:
    """A key as it is stored: UTF-8, byte for byte. Raises KeyTooLongError."""
    encoded = key.encode()
    if len(encoded) > MAX_KEY_BYTES:
        size, limit = str(len(encoded)), str(MAX_KEY_BYTES)
        raise s3_error("KeyTooLongError", Size=size, MaxSizeAllowed=limit)
    return encoded


def check_metadata(metadata: Mapping[str, str]) -> None:
    """Raises MetadataTooLarge."""
    size = sum(len(key.encode()) + len(value.encode()) for key, value in metadata.items())
    if size > MAX_METADATA_BYTES:
        limit = str(MAX_METADATA_BYTES)
        raise s3_error("MetadataTooLarge", Size=str(size), MaxSizeAllowed=limit)


def canonical_id(account: str) -> str:
    """The canonical user id of an account: 64 hexadecimal digits."""
    return hashlib.sha256(f"canonical user of {account}".encode()).hexdigest()
