"""Statements as a whole: their Sids, what is in them twice, and the size of the document.

Source: IAM User Guide, "Redundant ..." of the check reference and "IAM JSON policy elements: Sid".
"""

import re
from collections.abc import Sequence
from typing import Final

from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import IDENTITY_KINDS, RESOURCE_KINDS, Found, Subject
from watchword.policy.checking.validate import KINDS, DocumentKind
from watchword.policy.language.grammar import Statement, element_name
from watchword.policy.language.match import glob

Statements = Sequence[tuple[int, Statement]]
"""Statements, each with its index."""

_SID = re.compile(r"[0-9A-Za-z]*", re.ASCII)
_MOST_COMPARED: Final = 100
_QUOTAS = (
    dict.fromkeys(IDENTITY_KINDS, "identity policy")
    | dict.fromkeys(RESOURCE_KINDS, "resource policy")
    | {DocumentKind.TRUST: "role trust policy", DocumentKind.SCP: "SCP", DocumentKind.RCP: "RCP"}
)


def size(text: str, kind: DocumentKind) -> Found:
    """The size of the document, counted as `validate` counts it."""
    limit = KINDS[kind].size
    length = limit.counted(text)
    if length > limit.most:
        details = f"The policy has {length} characters; at most {limit.most} are allowed."
        yield Finding(f"Policy size exceeds {_QUOTAS[kind]} quota", details)


def sid(subject: Subject) -> Found:
    """The characters of a Sid; resource policies take any."""
    text = subject.statement.sid
    if text == "":
        yield Finding("Empty Sid value", "Give the Sid a value or leave it out.", ("Sid",))
    elif text is not None and subject.kind not in RESOURCE_KINDS and not _SID.fullmatch(text):
        yield Finding("Unsupported Sid", f"{text} has other characters than a-z, A-Z and 0-9.", ("Sid",))


def same_sids(statements: Statements, kind: DocumentKind) -> Found:
    """Different Sids are required by IAM and Organizations, and recommended for resource policies."""
    check = "Unique Sids recommended" if kind in RESOURCE_KINDS else "Unique Sids required"
    seen: set[str] = set()
    for index, each in statements:
        if each.sid and each.sid in seen:
            yield Finding(check, f"The Sid {each.sid} is used above, too.", ("Statement", index, "Sid"))
        seen.add(each.sid or "")


def same_statements(statements: Statements) -> Found:
    """Statements that are equal but for their Sids."""
    seen: set[Statement] = set()
    for index, each in statements:
        plain = Statement(each.effect, each.action, each.resource, each.principal, each.conditions)
        if plain in seen:
            yield Finding("Redundant statement", "An earlier statement is the same.", ("Statement", index))
        seen.add(plain)


def redundant(subject: Subject) -> Found:
    """Entries of a list that another entry covers."""
    statement = subject.statement
    actions = [each.lower() for each in statement.action.values]
    for index in _covered(actions):
        details = f"{statement.action.values[index]} is covered by another entry."
        yield Finding("Redundant action", details, (element_name("Action", statement.action), index))
    if statement.resource is not None:
        for index in _covered(statement.resource.values):
            details = f"{statement.resource.values[index]} is covered by another entry."
            path = (element_name("Resource", statement.resource), index)
            yield Finding("Redundant resource", details, path)


def _covered(patterns: Sequence[str]) -> list[int]:
    """The entries that occur before, or that a wider entry without variables matches."""
    wide = [each for each in dict.fromkeys(patterns) if "*" in each and "$" not in each][:_MOST_COMPARED]
    seen: set[str] = set()
    found = []
    for index, text in enumerate(patterns):
        if text in seen or any(each != text and glob(each)(text) for each in wide):
            found.append(index)
        seen.add(text)
    return found
