"""Filters: which resources are asked for, by what identifies them.

Only comparisons with `eq` are served, joined by `and`, as AWS serves them:

    userName eq "ann"      externalId eq "00u1"      id eq "..." and members eq "..."

Names have no case.
Source: RFC 7644, section 3.4.2.2; IAM Identity Center SCIM Implementation Developer Guide.
"""

import json
import re

from watchword.gateway.scim.messages import wrong

_NAME = r"[A-Za-z][\w.:$-]*"
_STRING = r'"(?:[^"\\]|\\.)*"'
_TERM = re.compile(rf"\s*({_NAME})\s+eq\s+({_STRING})\s*", re.IGNORECASE)
_UNASKABLE = re.compile("[\0\ud800-\udfff]")
"""What PostgreSQL, or no database, can be asked for."""
_AND = re.compile(r"and\s+", re.IGNORECASE)
LONGEST = 2048


def read(text: str, known: frozenset[str]) -> dict[str, str]:
    """Attribute, in lower case -> the value that it must have. Raises the refusal of another filter."""
    found: dict[str, str] = {}
    place, rest = 0, text[: LONGEST + 1]
    while term := _TERM.match(rest, place):
        name, place = term[1].lower(), term.end()
        try:
            value = json.loads(term[2])
        except ValueError:
            raise _refused(text) from None
        if name not in known or name in found or _UNASKABLE.search(value):
            raise _refused(text)
        found[name] = value
        if place == len(rest):
            return found
        if not (joined := _AND.match(rest, place)):
            break
        place = joined.end()
    raise _refused(text)


def _refused(text: str) -> Exception:
    return wrong(f"The filter isn't supported: {text[:200]}", "invalidFilter")
