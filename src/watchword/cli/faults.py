"""What is wrong with a policy document, line by line: each fault with its place and a caret below it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from watchword.cli.output import Styled
from watchword.names.printable import printable
from watchword.policy.checking.findings import Level
from watchword.policy.checking.validate import DocumentKind

Told = dict[str, Any]
Line = tuple[str | Styled, ...]

_COLOURS = {
    Level.ERROR: "red",
    Level.SECURITY_WARNING: "magenta",
    Level.WARNING: "yellow",
    Level.SUGGESTION: "cyan",
}
_WIDEST, _BEFORE = 100, 60
"""How many characters of a long line are shown, and how many of them before the caret."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file, and what was found."""

    file: str
    text: str
    kind: DocumentKind
    told: Told

    @property
    def found(self) -> list[Told]:
        """Findings of Access Analyzer's checks, and of ours."""
        return [*self.told["findings"], *self.told["ours"]]

    @property
    def faults(self) -> list[Told]:
        """Findings, and the error that prevents storing unless a finding has it already; sorted by place."""
        error, findings = self.told["error"], self.found
        lines = [each.get("line") for each in findings if each["level"] == Level.ERROR]
        alone = error is not None and error.get("line") not in lines
        return sorted([_as_finding(error), *findings] if alone else findings, key=_place)

    @property
    def errors(self) -> "Iterator[Line]":
        """What prevents storing it, to be shown."""
        lines = self.text.split("\n")
        for fault in self.faults:
            if fault["level"] == Level.ERROR:
                yield from shown(self.file, lines, fault)


def why(error: Told) -> str:
    """Why a document can't be stored."""
    said, reason = error["message"], error["reason"]
    return str(said if reason in ("", said) else f"{said} {reason[:1].upper()}{reason[1:]}.")


def shown(file: str, lines: list[str], fault: Told) -> Iterator[Line]:
    """A fault of a file with these lines."""
    place = f"{file}:{fault['line']}:{fault['column']}" if "line" in fault else file
    level = Level(fault["level"])
    yield f"{place}: ", Styled(level.value, _COLOURS[level]), f" {fault['code']}: {fault['details']}"
    if "line" in fault and fault["line"] <= len(lines):
        line = lines[fault["line"] - 1].rstrip("\r").replace("\t", " ")
        yield from ((text,) for text in _caret(line, fault["line"], fault["column"] - 1))


def _caret(line: str, number: int, column: int) -> Iterator[str]:
    """The line, or the part of it around the column, and a caret below."""
    start = max(0, column - _BEFORE) if len(line) > _WIDEST else 0
    shown = line[start : start + _WIDEST]
    before = len(printable(shown[: column - start]))
    yield f"{number:>6} | {shown}"
    yield f"{'':>6} | {'':{before}}^"


def _place(told: Told) -> tuple[int, int]:
    return told.get("line", 0), told.get("column", 0)


def _as_finding(error: Told) -> Told:
    return {**error, "level": Level.ERROR, "check": error["code"], "details": why(error)}
