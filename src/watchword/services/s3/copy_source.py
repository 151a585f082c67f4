"""The x-amz-copy-source header: where CopyObject copies from.

It is parsed once. Decision, condition keys and reading all use the bucket and key that were parsed:

    [/]bucket/key[?versionId=id]     percent-encoded once; a `+` is a space, as in all paths of S3

Source: Amazon S3 API Reference, CopyObject, "x-amz-copy-source".
"""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote_plus

from watchword.services.s3.errors import invalid_argument, s3_error

_SOURCE = re.compile(r"(?P<path>[^?]+)(?:\?versionId=(?P<version>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a copy."""

    bucket: str
    key: str
    version: str = ""

    @classmethod
    def parse(cls, header: str) -> Self:
        """Raises InvalidArgument for what isn't a bucket and a key."""
        found = _SOURCE.fullmatch(header)
        try:
            path = unquote_plus(found["path"], errors="strict") if found else ""
        except UnicodeDecodeError:
            path = ""
        bucket, slash, key = path.removeprefix("/").partition("/")
        if found is None or not (bucket and slash and key):
            said = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
            raise invalid_argument(said, "x-amz-copy-source", header)
        if bucket.startswith("arn:"):
            raise s3_error("NotImplemented", "Copying from an access point is not implemented.")
        return cls(bucket, key, found["version"] or "")

    def __str__(self) -> str:
        """As condition keys have it: decoded, without a slash in front."""
        version = f"?versionId={self.version}" if self.version else ""
        return f"{self.bucket}/{self.key}{version}"
