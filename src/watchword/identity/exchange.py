"""What a token that was had in exchange says of the token that was shown for it.

1. Its scope is that of the subject token, or the part of it that was asked for. A subject token without a
   scope has nothing that could be asked for.
2. It names the subject as the issuer of the subject token does (`sub_id`), beside the role that is its `sub`.
3. It ends with the subject token at the latest.

Source: RFC 8693, sections 2.1 and 4.2 (scope); RFC 9493, sections 3.2.2 and 4.1 (sub_id).
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

LONGEST_SECONDS = 300


class Exchanged(Struct, frozen=True):
    """Who the subject is to its own issuer, and what of its scope is left."""

    issuer: str
    subject: str
    scope: tuple[str, ...] = ()

    def claims(self) -> dict[str, object]:
        claims: dict[str, object] = {"sub_id": {"format": "iss_sub", "iss": self.issuer, "sub": self.subject}}
        if self.scope:
            claims["scope"] = " ".join(self.scope)
        return claims


def scope_of(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The scope of a subject token. What isn't a text is none."""
    found = claims.get("scope")
    return tuple(found.split()) if isinstance(found, str) else ()


def narrowed(had: tuple[str, ...], asked: str) -> tuple[str, ...] | None:
    """Rule 1: the scope that is left; None where more is asked for than there was."""
    wanted = tuple(dict.fromkeys(asked.split()))
    return None if set(wanted) - set(had) else wanted or had


def seconds_left(ends: float, now: float) -> int:
    """Rule 3: how long the new token counts; 0 or less where the subject token has ended."""
    return min(LONGEST_SECONDS, int(ends - now))
