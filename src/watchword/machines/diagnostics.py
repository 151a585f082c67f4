"""What is wrong with a definition: a list, as ValidateStateMachineDefinition answers it.

Source: Step Functions API Reference, ValidateStateMachineDefinitionDiagnostic, with its list of codes.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["ERROR", "WARNING"]

SCHEMA = "SCHEMA_VALIDATION_FAILED"
INVALID_JSON = "INVALID_JSON_DESCRIPTION"
INVALID_RESOURCE = "INVALID_RESOURCE"
NO_END = "MISSING_END_STATE"
DUPLICATE_NAME = "DUPLICATE_STATE_NAME"
INVALID_NAME = "INVALID_STATE_NAME"
NO_TARGET = "MISSING_TRANSITION_TARGET"
TOO_DEEP = "TOO_DEEPLY_NESTED"
NO_DOLLAR = "NO_DOLLAR"
UNDEFINED = "UNDEFINED_VARIABLE"
"""Ours: AWS looks at variables only when an execution comes to them."""

MOST = 100
Place = tuple[str | int, ...]


class Diagnostic(NamedTuple):
    """One of them."""

    severity: Severity
    code: str
    message: str
    location: str
    """Such as /States/Wait/Seconds."""


class Enough(Exception):  # noqa: N818 what there is
    """There are MOST of them: nothing more is looked for, since each look costs."""


@dataclass(slots=True)
class Diagnostics:
    """Those that are found: at most MOST. Where there would be more, it is `truncated` and raises Enough."""

    found: list[Diagnostic]
    truncated: bool = False

    @classmethod
    def none(cls) -> "Diagnostics":
        return cls([])

    @property
    def errors(self) -> list[Diagnostic]:
        return [each for each in self.found if each.severity == "ERROR"]

    def error(self, code: str, message: str, place: Place) -> None:
        self._add(Diagnostic("ERROR", code, message, location(place)))

    def warn(self, code: str, message: str, place: Place) -> None:
        self._add(Diagnostic("WARNING", code, message, location(place)))

    def _add(self, one: Diagnostic) -> None:
        if len(self.found) == MOST:
            self.truncated = True
            raise Enough
        self.found.append(one)


def location(place: Place) -> str:
    """A place as AWS writes it: /States/A/Output/b[0]."""
    return "".join(f"[{each}]" if isinstance(each, int) else f"/{each}" for each in place)
