"""Tags as requests give them: the TagSet of a document, and the header x-amz-tagging.

1. An object has at most 10 tags, a bucket 50. Otherwise: BadRequest.
2. No key is given twice; case counts. In a document: InvalidTag; in the header: InvalidArgument.
3. A key has 1 to 128 characters, a value up to 256: letters, digits, spaces and `_ . : / = + - @`.
   Otherwise: InvalidTag.
4. Keys that begin with `aws:` are reserved. Otherwise: InvalidTag.

Sources: Amazon S3 User Guide, "Categorizing your objects using tags" and "Using tags with S3 general purpose
buckets"; API Reference, PutObjectTagging and PutBucketTagging, "Special errors".
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from watchword.services.s3.errors import invalid_argument, s3_error

MOST = {"Object": 10, "Bucket": 50}
"""What is tagged -> rule 1."""
HEADER = "x-amz-tagging"
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
_SIGNS = frozenset("_.:/=+-@")
_KINDS = frozenset("LNZ")
"""Letters, numbers and separators: the first letter of their Unicode categories."""
_RESERVED = "aws:"

Tags = dict[str, str]


def tags_of_document(tagging: Mapping[str, Any], noun: str) -> Tags:
    """The tags of a document (`Tagging`), for an Object or a Bucket."""
    return tags_of_list(tagging["TagSet"], noun)


def tags_of_list(given: Sequence[Mapping[str, str]], noun: str) -> Tags:
    """The tags of a list."""
    tags = {tag["Key"]: tag["Value"] for tag in given}
    if len(tags) < len(given):
        raise s3_error("InvalidTag", "Cannot provide multiple Tags with the same key")
    return _checked(tags, noun)


def tags_of_header(header: str) -> Tags:
    """The tags of x-amz-tagging: `key=value` pairs, encoded as the query of a URL."""
    pairs = [pair.partition("=") for pair in header.split("&") if pair]
    try:
        read = [
            (unquote_plus(key, errors="strict"), unquote_plus(to, errors="strict")) for key, _, to in pairs
        ]
    except UnicodeDecodeError:
        raise _unreadable(header) from None
    tags = dict(read)
    if len(tags) < len(read):
        raise _unreadable(header)
    return _checked(tags, "Object")


def tag_set(tags: Mapping[str, str]) -> dict[str, object]:
    """The tags as answers list them."""
    return {"TagSet": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]}


def _unreadable(header: str) -> Exception:
    said = (
        f"The header '{HEADER}' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag "
        "name duplicates."
    )
    return invalid_argument(said, HEADER, header)


def _checked(tags: Tags, noun: str) -> Tags:
    most = MOST[noun]
    if len(tags) > most:
        counted = "Object tags" if noun == "Object" else "Bucket tag count"
        raise s3_error("BadRequest", f"{counted} cannot be greater than {most}")
    for key, value in tags.items():
        if not 1 <= len(key) <= _LONGEST_KEY or not _is_written_well(key):
            raise s3_error("InvalidTag", "The TagKey you have provided is invalid", TagKey=key)
        if len(value) > _LONGEST_VALUE or not _is_written_well(value):
            raise s3_error(
                "InvalidTag", "The TagValue you have provided is invalid", TagKey=key, TagValue=value
            )
        if key.lower().startswith(_RESERVED):
            raise s3_error("InvalidTag", "System tags cannot be added/updated by requester", TagKey=key)
    return tags


def _is_written_well(text: str) -> bool:
    return all(sign in _SIGNS or unicodedata.category(sign)[0] in _KINDS for sign in text)
