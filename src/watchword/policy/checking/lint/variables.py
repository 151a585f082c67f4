"""Policy variables: well-formed, known to the Version, and only where variables are allowed.

Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

import re
from collections.abc import Iterator

from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import Found, Subject
from watchword.policy.language.grammar import VARIABLES_SINCE
from watchword.policy.language.text import Path

_VARIABLE = re.compile(r"\$\{([^}]*)(\}?)")
_DEFAULT = re.compile(r", '[^']*'$")
_LITERALS = frozenset("*?$")


def variables(subject: Subject) -> Found:
    """Variables in resources and conditions, which may have them, and elsewhere, which may not."""
    for path, text in _texts(subject):
        found = [each.groups() for each in _VARIABLE.finditer(text)]
        if found and subject.version != VARIABLES_SINCE:
            details = f"{text} is literal text without Version {VARIABLES_SINCE}."
            yield Finding("Variable unsupported in version", details, path)
            continue
        for inside, closed in found:
            fault = _fault(inside, closed)
            if fault is not None:
                yield Finding(*fault, path)
    for path, text in _elsewhere(subject):
        if "${" in text:
            details = "Only Resource and Condition take variables; here a variable matches nothing."
            yield Finding("Variable unsupported in element", details, path)


def _fault(inside: str, closed: str) -> tuple[str, str] | None:
    if inside in _LITERALS and closed:
        return None
    if not closed:
        return "Missing brace in variable", f"${{{inside} has no closing brace."
    if not inside.strip():
        return "Empty variable", "A variable names a key."
    if inside.count("'") % 2:
        return "Missing quote in variable", f"In ${{{inside}}} a quote is not closed."
    if re.search(r"\s", _DEFAULT.sub("", inside)):
        return "Unsupported space in variable", f"The key of ${{{inside}}} has a space."
    return None


def _texts(subject: Subject) -> Iterator[tuple[Path, str]]:
    for text, path in subject.resources():
        yield path, text
    for condition in subject.statement.conditions:
        for index, text in enumerate(condition.values):
            yield ("Condition", condition.operator, condition.key, index), text


def _elsewhere(subject: Subject) -> Iterator[tuple[Path, str]]:
    for text, path in subject.actions():
        yield path, text
    for _, name, path in subject.principals():
        yield path, name
