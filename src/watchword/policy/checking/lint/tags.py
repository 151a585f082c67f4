"""Conditions on the tags of resources, with actions whose requests never have them.

Source: IAM User Guide, "... with unsupported tag condition key for service" of the check reference. A pattern
of actions is counted when none of them has the key.
"""

import re
from collections.abc import Iterable
from typing import Final

from watchword.policy.checking.catalogue import Action
from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import Found, Subject, is_plain
from watchword.policy.language.text import Path

_ONE_SERVICE = re.compile(r"[^*?:]+:")
_TAG: Final = "aws:resourcetag/"


def tags(subject: Subject) -> Found:
    """Actions that a Deny does not deny, or an Allow not allow, because they never have the tag's key."""
    path = _path(subject)
    if path is None or subject.catalogue is None:
        return
    effect = subject.statement.effect.value
    if subject.statement.action.negated:
        details = "The statement doesn't apply to actions that lack this key: list those that have it."
        check = f"{effect} NotAction with unsupported tag condition key for service"
        yield Finding(check, details, path)
        return
    without = _without(subject, str(path[-1]))
    if without:
        what = "allowed" if subject.allows else "denied"
        details = f"No request for {', '.join(without)} has the key, so they are not {what} here."
        yield Finding(f"{effect} with unsupported tag condition key for service", details, path)


def _path(subject: Subject) -> Path | None:
    """The path of a condition on a tag that a request without the tag fails."""
    for condition, found, path in subject.conditions():
        if condition.key.lower().startswith(_TAG) and is_plain(found):
            return path
    return None


def _without(subject: Subject, key: str) -> list[str]:
    if subject.catalogue is None:
        return []
    patterns = [name for name, _ in subject.actions() if _ONE_SERVICE.match(name)]
    return [name for name in patterns if _never(subject.catalogue.matching(name), key)]


def _never(actions: Iterable[Action], key: str) -> bool:
    found = list(actions)
    return bool(found) and not any(each.takes(key) for each in found)
