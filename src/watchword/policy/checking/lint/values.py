"""Values of conditions, by operator: that they can be read, and that they say what is meant.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators". `keys` checks that the key
is of the operator's type, `addresses` checks addresses.
"""

import re
from typing import Final

from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import Found, Subject, under
from watchword.policy.evaluation.conditions import NULL, Operator
from watchword.policy.language.grammar import Condition

_WILDCARD = re.compile(r"[*?](?!\})")
_EPOCH = re.compile(r"[+-]?[0-9]{5,}(?:\.[0-9]+)?|[+-][0-9]+", re.ASCII)
_EPOCH_KEY: Final = "aws:epochtime"
_UNREADABLE: Final = {
    "Bool": ("Type mismatch Boolean", "true or false"),
    "Null": ("Type mismatch Boolean", "true or false"),
    "Date": ("Type mismatch date", "a date such as 2026-01-31 or 2026-01-31T12:00:00Z"),
    "Numeric": ("Type mismatch number", "a number"),
    "Binary": ("Type mismatch string", "base64"),
    "IPAddress": ("Type mismatch IP range", "an address or a range such as 203.0.113.0/24"),
}


def values(subject: Subject) -> Found:
    """The values of every condition whose operator exists."""
    for condition, found, path in subject.conditions():
        yield from under(path, _readable(condition, found))
        yield from under(path, _meant(condition, found))
    yield from _same_keys(subject)


def _readable(condition: Condition, found: Operator) -> Found:
    kind = found.comparison.kind
    for index, text in enumerate(condition.values):
        if "${" in text and not found.comparison.variables:
            details = f"{found.name} takes no variables; String and Arn operators do."
            yield Finding("Invalid variable for operator", details, (index,))
        elif kind in _UNREADABLE and found.comparison.readable(text) is None:
            check, wanted = _UNREADABLE[kind]
            yield Finding(check, f"{text} is not {wanted}.", (index,))
        elif kind == "Date" and _EPOCH.fullmatch(text) and condition.key.lower() != _EPOCH_KEY:
            details = f"{text} counts seconds, which are easily mistaken for a date; write 2026-01-31."
            yield Finding("Invalid date value", details, (index,))
        elif kind == "String" and "Like" not in found.name and _WILDCARD.search(text):
            details = f"{found.name} takes the wildcard in {text} literally."
            yield Finding("Wildcard without like operator", details, (index,))


def _meant(condition: Condition, found: Operator) -> Found:
    many = len(condition.values) > 1
    if found.name == NULL and found.quantifier:
        yield Finding("Null with qualifier", "With a missing key the answer is always the same.")
    if found.comparison.kind in ("Bool", "Null") and many:
        yield Finding(
            "Invalid condition multiple Boolean", "A Boolean condition takes one value: true or false."
        )
    if found.comparison.kind == "Numeric" and "Than" in found.name and many:
        which = "greatest" if "Less" in found.name else "least"
        details = f"It is enough that one holds, so only the {which} matters."
        yield Finding("Redundant condition value num", details)


def _same_keys(subject: Subject) -> Found:
    seen: dict[tuple[str, str], str] = {}
    for condition in subject.statement.conditions:
        first = seen.setdefault((condition.operator, condition.key.lower()), condition.key)
        if first != condition.key:
            details = f"{first} is used above; keys have no case, so both conditions must hold."
            path = ("Condition", condition.operator, condition.key)
            yield Finding("Duplicate keys with different case", details, path, named=True)
