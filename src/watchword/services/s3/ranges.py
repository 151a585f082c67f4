"""Range requests: the Range header and the partNumber parameter (RFC 9110, section 14.1.2).

S3 serves one range. A header with several ranges, or one that can't be parsed, gets the whole object.
Source: Amazon S3 API Reference, GetObject, Range.
"""

import re
from collections.abc import Sequence

from watchword.services.s3.errors import s3_error

_RANGE = re.compile(r"bytes=\s*(?:([0-9]{1,100})-([0-9]{1,100})?|-([0-9]{1,100}))\s*", re.ASCII)


def range_of(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the byte after the last; None for the whole. Raises InvalidRange."""
    found = _RANGE.fullmatch(header) if header else None
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        start, end = max(0, size - int(suffix)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if last and int(last) < int(first):
        return None
    if start >= size or (suffix is not None and int(suffix) == 0):
        raise s3_error("InvalidRange", RangeRequested=header or "", ActualObjectSize=str(size))
    return start, end


def part_of(number: int, sizes: Sequence[int], header: str | None) -> tuple[int, int]:
    """The first byte of a part and the byte after its last. Raises InvalidPartNumber."""
    if header is not None:
        raise s3_error("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
    if not 1 <= number <= len(sizes):
        raise s3_error("InvalidPartNumber", PartNumberRequested=str(number), ActualPartCount=str(len(sizes)))
    start = sum(sizes[: number - 1])
    return start, start + sizes[number - 1]
