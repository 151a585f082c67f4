"""What an identity provider asks for a session: tags, and who the person behind it is.

It comes from a token or an assertion, so no model has checked it. It has the form that AssumeRole wants of
the same things.
Source: IAM User Guide, "Pass session tags in AWS STS"; AWS STS API Reference, Tag and SourceIdentity.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

SESSION_NAME_FORM = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
SOURCE_IDENTITY_FORM = re.compile(r"(?!(?i:aws:))[\w+=,.@-]{2,64}", re.ASCII)
LONGEST_KEY, LONGEST_VALUE = 128, 256
_TAG_TEXT = re.compile(r"[\w .:/=+\-@]*")


class Asked(Struct, frozen=True):
    """What a provider asks for a session."""

    tags: Mapping[str, str] = MappingProxyType({})
    transitive: tuple[str, ...] = ()
    source_identity: str = ""


def flaw_of_tag(key: str, values: Sequence[str]) -> str:
    """What is wrong with a tag, for the operator; empty if nothing is."""
    if len(values) != 1:
        return f"expected one value of {key[:LONGEST_KEY]!r}"
    if not 0 < len(key) <= LONGEST_KEY or len(values[0]) > LONGEST_VALUE:
        return f"{key[:LONGEST_KEY]!r} or its value is too long"
    if _TAG_TEXT.fullmatch(key + values[0]) is None:
        return f"{key!r} or its value has a character that tags can't have"
    return ""
