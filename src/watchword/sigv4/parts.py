"""Rules 6 to 10 of `watchword.sigv4.read`: the same for the Authorization header and the query."""

import re
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from watchword.names import AwsError, fault
from watchword.names.glob import matcher
from watchword.sigv4.claim import ALGORITHM_V4A
from watchword.sigv4.s3_words import IN_HEADER, NOT_SIGNED, Place, bad_parts, not_signed
from watchword.sigv4.scope import Scope, parse_credential, parse_credential_without_region
from watchword.sigv4.timestamp import parse_timestamp

_NAMES = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+(?:;[a-z0-9!#$%&'*+.^_`|~-]+)*")
_HASH = "x-amz-content-sha256"
_DATES = 64
_CREDENTIALS = 1024
_LONGEST_CREDENTIAL = 512
MEMORABLE = 1024
"""Characters. Longer texts are not cached: a client without credentials must not fill the memory."""


def check_signed_names(text: str, sent: Collection[str], place: Place) -> None:
    """Rules 6 to 8. text: SignedHeaders; sent: the lower-case names of the request's headers."""
    signed = text.split(";")
    # Sets: a request can have as many headers as its head has room for, and this is before any proof.
    names, sent = frozenset(signed), frozenset(sent)
    if not _NAMES.fullmatch(text) or signed != sorted(names):  # 6
        said = "'SignedHeaders' must be lower-case header names in alphabetical order, each once."
        raise fault("IncompleteSignature", said).in_s3_as(place.malformed(said))
    if "host" not in names:  # 7
        raise fault(
            "IncompleteSignature",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ).in_s3_as(not_signed("host"))
    if unsigned := sorted(name for name in sent - names if name.startswith("x-amz-") and name != _HASH):  # 8
        raise fault("UnsignedHeaders", NOT_SIGNED, HeadersNotSigned=", ".join(unsigned))


# Cached: all requests of one second have the same text.
@lru_cache(_DATES)
def amz_date(text: str, place: Place = IN_HEADER) -> datetime:
    """Rule 9: the time in X-Amz-Date. Raises IncompleteSignature."""
    try:
        return parse_timestamp(text)
    except ValueError:
        raise bad_date(text, place) from None


def bad_date(text: str, place: Place = IN_HEADER) -> AwsError:
    """The error of rule 9."""
    return fault(
        "IncompleteSignature",
        f"Date must be in ISO-8601 'basic format'. Got '{text[:100]}'. "
        "See http://en.wikipedia.org/wiki/ISO_8601",
    ).in_s3_as(place.date)


# Cached: a client sends the same credential with all requests of a day.
@lru_cache(_CREDENTIALS)
def credential(text: str, algorithm: str, place: Place = IN_HEADER) -> tuple[str, Scope]:
    """Rule 10: the access key id and the scope. Raises IncompleteSignature."""
    in_s3 = bad_parts(place, region=algorithm != ALGORITHM_V4A)
    if len(text) > _LONGEST_CREDENTIAL:
        said = f"Credential must have at most {_LONGEST_CREDENTIAL} characters."
        raise fault("IncompleteSignature", said).in_s3_as(in_s3)
    try:
        if algorithm == ALGORITHM_V4A:
            return parse_credential_without_region(text)
        return parse_credential(text)
    except ValueError as wrong:
        said = f"Credential must have exactly {wrong}, got '{text[:200]}'"
        raise fault("IncompleteSignature", said).in_s3_as(in_s3) from None


def region_set(text: str) -> tuple[str, ...]:
    """The patterns of X-Amz-Region-Set."""
    return tuple(pattern.strip(" ") for pattern in text.split(","))


def covers(patterns: Collection[str], regions: Collection[str]) -> bool:
    """Whether a region set contains one of `regions`. A star in a pattern matches any characters."""
    return any(matcher(pattern.split("*"))(region) for pattern in patterns for region in regions)
