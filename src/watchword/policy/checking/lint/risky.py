"""Passing any role, creating any service-linked role.

Source: IAM User Guide, "Pass role with ..." and "Create SLR with ..." of the check reference. A condition on
the service that the role is for makes a wide Resource narrow enough, as AWS says there; NotResource stays so.
"""

import re
from typing import Final

from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import IDENTITY_KINDS, Found, Subject
from watchword.policy.language.grammar import Patterns, element_name
from watchword.policy.language.match import glob

_RISKS: Final = (
    ("Pass role", "iam:PassRole", "iam:passedtoservice", "hands out what those roles may do"),
    ("Create SLR", "iam:CreateServiceLinkedRole", "iam:awsservicename", "lets any service act here"),
)
_ANY_ROLE = re.compile(r"\*|arn:(?:aws[a-z-]*|\*):iam::(?:[0-9]{12}|\*):(?:role/)?\*")


def risky(subject: Subject) -> Found:
    """For an Allow of such an action on every role."""
    resource = subject.statement.resource
    if subject.kind not in IDENTITY_KINDS or not subject.allows or resource is None:
        return
    where = _reach(resource)
    for title, action, narrow, consequence in _RISKS:
        how = _named(subject.statement.action, action.lower())
        if where is None or how is None or (not resource.negated and narrow in subject.keys):
            continue
        details = f"{action} on so many roles {consequence}."
        yield Finding(f"{title} with {_title(how, where)}", details, (element_name("Resource", resource),))


def _title(how: str, where: str) -> str:
    """How AWS puts the two together: `star in action and resource`, `star in resource and NotAction`."""
    if how == "":
        return where
    if where == "star in resource":
        return "star in action and resource" if how == "star in action" else f"{where} and {how}"
    return f"{how} and {where}"


def _reach(resource: Patterns) -> str | None:
    if resource.negated:
        return "NotResource"
    return "star in resource" if any(_ANY_ROLE.fullmatch(each) for each in resource.values) else None


def _named(action: Patterns, name: str) -> str | None:
    """How a statement names an action: by its name (""), a wildcard, or NotAction."""
    named = [pattern.lower() for pattern in action.values if glob(pattern.lower())(name)]
    if action.negated:
        return None if named else "NotAction"
    if not named:
        return None
    return "" if name in named else "star in action"
