"""An assertion, as its provider signed it: values, and nothing that XML is needed for.

Only `response.verify` makes one from what a client sent.
Source: SAML 2.0 core, sections 2.3 to 2.7.
"""

from collections.abc import Mapping

from msgspec import Struct


class Assertion(Struct, frozen=True):
    """What a provider says of one subject. Times are seconds since the epoch."""

    id: str
    issuer: str
    issued: float
    subject: str
    subject_format: str
    recipient: str
    """For which address the subject's confirmation is good, and until when."""
    confirmed_until: float
    not_before: float
    """0 if it doesn't say."""
    not_after: float | None
    """None if it doesn't say."""
    audiences: tuple[tuple[str, ...], ...]
    """Of each restriction; all of them must be met."""
    session_ends: float | None
    """When the session at the provider ends; None if it doesn't say."""
    attributes: Mapping[str, tuple[str, ...]]
    """By name; the values of attributes of one name stand together."""
