"""What the header form and the query form have in common: rules 6 to 11 of `read`."""

import re
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from watchword.names import AwsError, fault
from watchword.sigv4.claim import ALGORITHM_V4A
from watchword.sigv4.moment import parse_moment
from watchword.sigv4.scope import Scope, parse_credential, parse_credential_without_region

_NAMES = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+(?:;[a-z0-9!#$%&'*+.^_`|~-]+)*")
_DATES = 64
_CREDENTIALS = 1024
_LONGEST_CREDENTIAL = 512
MEMORABLE = 1024
"""Characters. Longer texts are not remembered, so that nobody can fill memory without credentials."""


def check_signed_names(text: str, sent: Collection[str]) -> None:
    """Rules 6 to 9: SignedHeaders, of a request that sent headers of these names."""
    signed = text.split(";")
    if not _NAMES.fullmatch(text) or signed != sorted(set(signed)):  # 6
        raise fault(
            "IncompleteSignature",
            "'SignedHeaders' must be lower-case header names in alphabetical order, each once.",
        )
    if "host" not in signed:  # 7
        raise fault(
            "IncompleteSignature",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        )
    if unsigned := sorted(name for name in sent if name.startswith("x-amz-") and name not in signed):  # 8
        raise fault(
            "UnsignedHeaders",
            "There were headers present in the request which were not signed",
            HeadersNotSigned=", ".join(unsigned),
        )
    if missing := [name for name in signed if name not in sent]:  # 9
        raise fault("IncompleteSignature", f"The signed header '{missing[0]}' is not in the request.")


# All requests of one second carry the same text.
@lru_cache(_DATES)
def amz_date(text: str) -> datetime:
    """Rule 10."""
    try:
        return parse_moment(text)
    except ValueError:
        raise bad_date(text) from None


def bad_date(text: str) -> AwsError:
    """The refusal of rule 10."""
    return fault(
        "IncompleteSignature",
        f"Date must be in ISO-8601 'basic format'. Got '{text[:100]}'. "
        "See http://en.wikipedia.org/wiki/ISO_8601",
    )


# Clients repeat their credential on every request of a day: remembered, it costs one look-up.
@lru_cache(_CREDENTIALS)
def credential(text: str, algorithm: str) -> tuple[str, Scope]:
    """Rule 11: the access key id and the scope."""
    if len(text) > _LONGEST_CREDENTIAL:
        raise fault("IncompleteSignature", f"Credential must have at most {_LONGEST_CREDENTIAL} characters.")
    try:
        if algorithm == ALGORITHM_V4A:
            return parse_credential_without_region(text)
        return parse_credential(text)
    except ValueError as wrong:
        raise fault(
            "IncompleteSignature", f"Credential must have exactly {wrong}, got '{text[:200]}'"
        ) from None


def region_set(text: str) -> tuple[str, ...]:
    """The patterns of X-Amz-Region-Set."""
    return tuple(pattern.strip(" ") for pattern in text.split(","))
