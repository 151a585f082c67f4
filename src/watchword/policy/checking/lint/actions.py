"""Actions: that they exist, and that the kind of policy may name them.

Source: AWS Service Authorization Reference; Amazon S3 User Guide, "Bucket policies".
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from watchword.policy.checking.catalogue import Catalogue
from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import Found, Subject
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.language.grammar import EVERYONE
from watchword.policy.language.match import is_wild

_MOST_PROPOSED: Final = 100
"""In a longer list no other names are proposed, because finding them takes long."""
_SERVICES = {DocumentKind.S3_BUCKET: "s3", DocumentKind.TRUST: "sts"}
"""The only service whose actions a kind of policy may name."""


def actions(subject: Subject) -> Found:
    """Actions that no service has."""
    few = len(subject.statement.action.values) <= _MOST_PROPOSED
    for pattern, path in subject.actions():
        service, _, name = pattern.partition(":")
        if pattern == EVERYONE:
            continue
        if not name:
            yield Finding("Invalid action", f"{pattern} is not of the form service:Name.", path)
        elif is_wild(service):
            details = f"{pattern} matches actions of every service with such a name."
            yield Finding("Wildcard in service name", details, path)
        elif subject.catalogue is not None:
            found = _unknown(pattern, service.lower(), subject.catalogue, propose=few)
            if found is not None:
                yield Finding(*found, path)


def _unknown(pattern: str, service: str, catalogue: Catalogue, *, propose: bool) -> tuple[str, str] | None:
    if service not in catalogue.services:
        meant = _meant(service, {name: name for name in catalogue.services}) if propose else ""
        details = f"There is no service {service}{meant}."
        return "Invalid service in action", details
    if any(True for _ in catalogue.matching(pattern)):
        return None
    names = {name: each.name for name, each in catalogue.actions(service).items()}
    meant = _meant(pattern.lower(), names) if propose else ""
    return "Invalid action", f"There is no action {pattern}{meant}."


def _meant(name: str, names: Mapping[str, str]) -> str:
    near = get_close_matches(name, names, n=1, cutoff=0.8)
    return f"; perhaps {names[near[0]]} is meant" if near else ""


def of_kind(subject: Subject) -> Found:
    """Actions that a policy of this kind can't grant."""
    service = _SERVICES.get(subject.kind)
    for pattern, path in subject.actions() if service else ():
        if pattern != EVERYONE and pattern.partition(":")[0].lower() != service:
            details = f"{pattern} is no action of {service}; this kind of policy takes no other."
            yield Finding("Unsupported action in policy", details, path)
