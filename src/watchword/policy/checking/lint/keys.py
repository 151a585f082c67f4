"""Condition keys: that they exist, that the operator is of their type, and what goes with them.

Source: IAM User Guide, "AWS global condition context keys" and "Single-valued vs. multivalued context keys";
AWS Service Authorization Reference, condition keys of each service and which actions know them.
"""

import re
from typing import Final

from msgspec.structs import replace

from watchword.policy.checking.catalogue import Action, Catalogue
from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.global_keys import GLOBAL_KEYS, REPLACED
from watchword.policy.checking.lint.subject import RESOURCE_KINDS, Found, Subject, under
from watchword.policy.evaluation.conditions import FOR_ALL, NULL, Operator

_ALSO: Final = {
    "ARN": ("String",),
    "Date": ("Numeric", "String"),
    "Bool": ("String",),
    "Numeric": ("String",),
}
"""By type of key: the other types whose operators are in use for it."""
_PAIRED: Final = {
    "aws:vpcsourceip": ("aws:sourcevpc", "aws:sourcevpce"),
    "aws:ec2instancesourceprivateipv4": ("aws:ec2instancesourcevpc",),
}
"""Private addresses occur in every network; the key on the right says in which."""
_ANYWHERE = re.compile("tag/|^ec2:SourceInstanceARN$", re.IGNORECASE)
"""Keys whose actions the reference does not list: tags, and the calling instance."""
_IRRELEVANT: Final = frozenset({"s3:resourceaccount"})
"""Keys that are pointless in a resource's own policy."""


def keys(subject: Subject) -> Found:
    """Every key of every condition."""
    for condition in subject.statement.conditions:
        path = ("Condition", condition.operator, condition.key)
        known = _known(condition.key, subject.catalogue)
        yield from under(path, (replace(each, named=True) for each in known))
    for condition, found, at in subject.conditions():
        kind = _type(condition.key.lower(), subject.catalogue)
        if kind is not None:
            yield from under(at, _of_type(kind, found))
        if condition.key.lower() in _IRRELEVANT and subject.kind in RESOURCE_KINDS:
            details = f"A policy of a resource need not compare {condition.key}: it is always the same."
            yield Finding("Irrelevant condition key in policy", details, at)
    yield from _pairs(subject)


def _known(key: str, catalogue: Catalogue | None) -> Found:
    prefix, colon, name = key.lower().partition(":")
    if not colon or not prefix or not name:
        yield Finding("Invalid condition key format", f"{key} is not of the form service:name.")
    elif prefix == "aws":
        yield from _global_key(key)
    elif catalogue is not None and not catalogue.owners(prefix):
        if "." not in prefix:  # what has a dot is the domain of some identity provider
            yield Finding("Invalid service", f"There is no service {prefix}.")
    elif catalogue is not None:
        if name.endswith("tag/") and catalogue.key_type(key):
            yield Finding("Missing tag key in condition", "Name the tag after the slash.")
        elif catalogue.key_type(key) is None and "." not in prefix:
            yield Finding("Invalid service condition key", f"The service {prefix} has no key {key}.")


def _global_key(key: str) -> Found:
    lowered = key.lower()
    if lowered in REPLACED:
        yield Finding("Unsupported global condition key", f"Use {REPLACED[lowered]} instead of {key}.")
        yield Finding("Deprecated global condition key", f"{REPLACED[lowered]} replaces {key}.")
    elif (lowered in GLOBAL_KEYS and lowered.endswith("/")) or f"{lowered}/" in GLOBAL_KEYS:
        yield Finding("Missing tag key in condition", f"Name the tag: {key.rstrip('/')}/tag.")
    elif _type(lowered, None) is None:
        yield Finding("Invalid global condition key", f"There is no global key {key}.")


def _type(key: str, catalogue: Catalogue | None) -> str | None:
    if key.startswith("aws:"):
        return GLOBAL_KEYS.get(f"{key.partition('/')[0]}/" if "/" in key else key)
    return None if catalogue is None else catalogue.key_type(key)


def _of_type(kind: str, found: Operator) -> Found:
    many = kind.startswith("ArrayOf")
    if many and not found.quantifier and found.name != NULL:
        yield Finding("Missing qualifier", "The key has many values: say ForAllValues or ForAnyValue.")
    if not many and found.quantifier == FOR_ALL:
        details = "The key has one value, and ForAllValues holds when it is missing."
        yield Finding("ForAllValues with single valued key", details)
    wanted = kind.removeprefix("ArrayOf")
    if found.comparison.kind not in (wanted, "Null", *_ALSO.get(wanted, ())):
        yield Finding("Type mismatch", f"The key is of type {wanted}, {found.name} compares others.")
    if wanted == "ARN" and found.comparison.kind == "String" and "Like" in found.name:
        details = f"In {found.name} a wildcard goes past colons; in ArnLike it stays in its part of the ARN."
        yield Finding("String like operator with ARN condition keys", details)


def _pairs(subject: Subject) -> Found:
    for condition, _, path in subject.conditions():
        others = _PAIRED.get(condition.key.lower(), ())
        if subject.allows and others and not subject.keys.intersection(others):
            details = f"{condition.key} is the same in many networks: compare {' or '.join(others)} too."
            yield Finding("Missing paired condition keys", details, path)


def for_actions(subject: Subject) -> Found:
    """Keys of a service that an action named here never has."""
    if subject.catalogue is None or subject.statement.action.negated:
        return
    found = [action for name, _ in subject.actions() if (action := subject.catalogue.action(name))]
    for condition, how, path in subject.conditions():
        prefix = condition.key.lower().partition(":")[0]
        if how.if_exists or how.name == NULL or _ANYWHERE.search(condition.key):
            continue
        if subject.catalogue.key_type(condition.key) is None:
            continue
        without = [each.name for each in found if _lacks(each, prefix, condition.key)]
        if without:
            details = f"No request for {', '.join(without)} has {condition.key}."
            yield Finding("Unsupported action for condition key", details, path)


def _lacks(action: Action, prefix: str, key: str) -> bool:
    return action.name.lower().startswith(f"{prefix}:") and not action.takes(key)
