"""Whether actions, resources and condition keys in a statement of a bucket policy fit together.

S3 refuses what can't apply to any request. In this order, for each statement:

1. each action exists, and is one on buckets or objects; a pattern stands for at least one such action;
2. each action applies to at least one Resource: s3:GetObject to objects, s3:ListBucket to buckets;
3. each condition key of S3 exists;
4. each action takes each of these keys. Of a pattern's actions, one must.

With NotAction only the keys are checked. Keys of other services are in the context of some sessions, so they
are not checked. A pattern is compared with all of S3's actions, so a policy may have 200 different ones.
Source: Amazon S3 User Guide, "Bucket policies"; Service Authorization Reference, "Actions, resources, and
condition keys for Amazon S3"; S3's refusals, as users of terraform and the aws CLI report them.
"""

from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

from watchword.policy.checking.checks import Found
from watchword.policy.checking.documents import PolicyCheck, of_each
from watchword.policy.evaluation.document import Policy
from watchword.policy.language.grammar import Patterns, Statement
from watchword.policy.language.match import glob, is_wild

if TYPE_CHECKING:
    from watchword.policy.checking.catalogue import Catalogue

BUCKET, OBJECT = "bucket", "object"
MOST_PATTERNS = 200
_TYPES = frozenset({BUCKET, OBJECT})
_SERVICE = "s3"
_PREFIX = f"{_SERVICE}:"
_NO_ACTION = "Policy has invalid action"


class Actions:
    """What a catalogue knows of the actions on buckets and objects. They go by lower-case names."""

    def __init__(self, catalogue: "Catalogue") -> None:
        known = catalogue.actions(_SERVICE)
        types = {name: each.resource_types & _TYPES for name, each in known.items()}
        self.types: Mapping[str, frozenset[str]] = {name: each for name, each in types.items() if each}
        """What each is an action on."""
        self.taking = cache(partial(catalogue.taking, _SERVICE))
        """Those that take a condition key."""
        self.matching = cache(self._matching)
        """Those that a pattern stands for."""

    def applying(self, pattern: str, types: frozenset[str]) -> frozenset[str]:
        """Those that a pattern stands for, on resources of some types."""
        return frozenset(name for name in self.matching(pattern) if self.types[name] & types)

    def _matching(self, pattern: str) -> frozenset[str]:
        lowered = pattern.lower()
        if not is_wild(lowered):
            return frozenset({lowered} & self.types.keys())
        return frozenset(filter(glob(lowered), self.types))


def fit(catalogue: "Catalogue") -> PolicyCheck:
    """The check, by what a catalogue knows of S3. When that is nothing, nothing is refused."""

    def check(policy: Policy) -> Found:
        actions = Actions(catalogue)
        if not actions.types:
            return
        patterns = {
            each for statement in policy.statements for each in filter(is_wild, statement.action.values)
        }
        if len(patterns) > MOST_PATTERNS:
            yield _NO_ACTION, f"more than {MOST_PATTERNS} patterns of actions", ("Statement",)
        yield from of_each(partial(_actions_fit, actions), partial(_keys_fit, actions, catalogue))(policy)

    return check


def _actions_fit(actions: Actions, statement: Statement) -> Found:
    """1 and 2."""
    if statement.action.negated:
        return
    for pattern in statement.action.values:
        if not actions.matching(pattern):
            yield _NO_ACTION, f"bucket policies have no action {pattern}", ("Action",)
    types = _types_of(statement.resource)
    for pattern in dict.fromkeys(statement.action.values):
        if not actions.applying(pattern, types):
            said = "Action does not apply to any resource(s) in statement"
            yield said, f"the action {pattern}", ("Action",)


def _keys_fit(actions: Actions, catalogue: "Catalogue", statement: Statement) -> Found:
    """3 and 4."""
    found = [each for each in statement.conditions if each.key.lower().startswith(_PREFIX)]
    for condition in found:
        if catalogue.key_type(condition.key) is None:
            said = "Policy has an invalid condition key"
            yield said, f"S3 has no {condition.key}", ("Condition", condition.operator, condition.key)
    types = _types_of(statement.resource)
    named = {} if statement.action.negated else dict.fromkeys(statement.action.values)
    applying = [(pattern, actions.applying(pattern, types)) for pattern in named]
    for condition in found:
        taking = actions.taking(condition.key.lower())
        for pattern, names in applying:
            if names.isdisjoint(taking):
                said = "Conditions do not apply to combination of actions and resources in statement"
                meant = f"{pattern} has no {condition.key}"
                yield said, meant, ("Condition", condition.operator, condition.key)


def _types_of(resource: Patterns | None) -> frozenset[str]:
    """What the ARNs can be: `*` and `?` also stand for the slash before an object's key."""
    if resource is None or resource.negated:
        return _TYPES
    names = [each.split(":", 5)[-1] for each in resource.values]
    bucket = {BUCKET} if any("/" not in name for name in names) else set()
    object_ = {OBJECT} if any(mark in name for name in names for mark in ("/", "*", "?", "${")) else set()
    return frozenset(bucket | object_)
