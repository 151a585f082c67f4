"""The policy language as frozen values: what a document says, before anything is decided.

Source: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements reference".

* A single value and a list of one are the same value here; order is kept.
* Numbers and Booleans in conditions are kept as the text they were written with.
* An operator is kept as text: `conditions` knows what it means, `validate` whether it may be stored.

Reading and writing JSON (`parse`, `print`), meaning (`compile`) and what may be stored (`validate`) do
not belong here.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

EVERYONE: Final = "*"
VARIABLES_SINCE: Final = "2012-10-17"
"""The version that knows policy variables; a document without a Version is of the one before."""
VERSIONS: Final = ("2008-10-17", VARIABLES_SINCE)


class Effect(StrEnum):
    """What an applicable statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


class Patterns(Struct, frozen=True):
    """Action or Resource; `negated` for NotAction and NotResource."""

    values: tuple[str, ...]
    negated: bool = False


class Principals(Struct, frozen=True):
    """Principal or NotPrincipal: type -> identifiers; `everyone` for the bare "*"."""

    entries: tuple[tuple[str, tuple[str, ...]], ...] = ()
    everyone: bool = False
    negated: bool = False

    def named(self, type_: str) -> tuple[str, ...]:
        """The identifiers under one type (AWS, Service, Federated, CanonicalUser)."""
        return next((names for name, names in self.entries if name == type_), ())


class Condition(Struct, frozen=True):
    """One key under one operator, with the values that are ORed."""

    operator: str
    key: str
    values: tuple[str, ...]


class Statement(Struct, frozen=True):
    """One statement. `resource` and `principal` are None where the document has none."""

    effect: Effect
    action: Patterns
    resource: Patterns | None = None
    principal: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str | None = None


def element_name(name: str, element: Patterns | Principals | None) -> str:
    """What an element of a statement is called there: Action, or NotAction where it is negated."""
    return f"Not{name}" if element is not None and element.negated else name
