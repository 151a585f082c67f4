"""What we look for beside Access Analyzer's checks: who gets more than the author may have meant.

The names begin with "Watchword", so nobody takes them for AWS's. Like those, they never decide whether a
document may be stored.

1. Public: an Allow for everyone, without a condition that says who or from where. AWS's list of such keys:
   Amazon S3 User Guide, "The meaning of public".
2. Escalation: an Allow of an action by which its holder can get any permission, on resources that a wildcard
   leaves open. AWS's warnings: IAM User Guide, "Permissions management access level"; the paths are those of
   Rhino Security Labs, "AWS IAM Privilege Escalation".
3. Never: conditions that contradict each other, or actions of S3 on resources of another type.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from watchword.policy.checking.buckets import BUCKET, OBJECT, Actions
from watchword.policy.checking.catalogue import Catalogue
from watchword.policy.checking.findings import ANYONE, ESCALATION, NEVER, PUBLIC, Finding
from watchword.policy.checking.lint.subject import (
    IDENTITY_KINDS,
    RESOURCE_KINDS,
    Found,
    Subject,
    is_open,
    is_plain,
    under,
)
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.evaluation.conditions import FOR_ALL, NULL
from watchword.policy.language.grammar import EVERYONE, Statement, element_name
from watchword.policy.language.match import glob, is_wild
from watchword.policy.language.parse import PolicyError, parse

_SAYING_WHO: Final = frozenset(
    """
    aws:principalaccount aws:principalarn aws:principalorgid aws:principalorgpaths
    aws:sourceaccount aws:sourcearn aws:sourceip aws:sourceorgid aws:sourceowner aws:sourcevpc
    aws:sourcevpce aws:userid aws:username aws:vpcsourceip s3:dataaccesspointaccount s3:dataaccesspointarn
    """.split()  # noqa: SIM905 a table of names
)
_EVERYWHERE: Final = frozenset({"*", "0.0.0.0/0", "::/0", "0::/0"})
_PATHS: Final[Mapping[str, str]] = {
    "iam:CreatePolicyVersion": "replaces the policy by a new version",
    "iam:SetDefaultPolicyVersion": "brings an older version of a policy back",
    "iam:AttachUserPolicy": "attaches any policy to a user",
    "iam:AttachGroupPolicy": "attaches any policy to a group",
    "iam:AttachRolePolicy": "attaches any policy to a role",
    "iam:PutUserPolicy": "writes a policy of a user",
    "iam:PutGroupPolicy": "writes a policy of a group",
    "iam:PutRolePolicy": "writes a policy of a role",
    "iam:AddUserToGroup": "joins any group",
    "iam:UpdateAssumeRolePolicy": "lets anyone assume a role",
    "iam:CreateAccessKey": "gets the keys of other users",
    "iam:CreateLoginProfile": "sets the password of a user without one",
    "iam:UpdateLoginProfile": "changes the passwords of other users",
    "iam:DeleteUserPermissionsBoundary": "removes the boundary of a user",
    "iam:DeleteRolePermissionsBoundary": "removes the boundary of a role",
    "iam:PutUserPermissionsBoundary": "changes the boundary of a user",
    "iam:PutRolePermissionsBoundary": "changes the boundary of a role",
    "iam:PassRole": "gives any role to a service that acts on its behalf",
    "lambda:UpdateFunctionCode": "runs code as the role of any function",
    "ssm:SendCommand": "runs commands as the role of any instance",
}
_SHOWN: Final = 3
_EQUAL: Final = frozenset({"StringEquals", "StringEqualsIgnoreCase", "ArnEquals", "NumericEquals", "Bool"})


def ours(source: str | bytes, kind: DocumentKind, catalogue: Catalogue | None = None) -> tuple[Finding, ...]:
    """Every finding of ours in a policy that can be read."""
    try:
        _, _, statements = parse(source)
    except PolicyError:
        return ()
    return tuple(
        found
        for index, statement in enumerate(statements)
        for found in under(("Statement", index), _of(Subject(statement, kind, None, catalogue)))
    )


def _of(subject: Subject) -> Found:
    if subject.allows:
        yield from _public(subject)
        yield from _escalation(subject)
    yield from _contradictions(subject)
    yield from _other_types(subject)


# 1. Public


def _public(subject: Subject) -> Found:
    if not _for_everyone(subject.statement) or _says_who(subject):
        return
    where = (element_name("Principal", subject.statement.principal),)
    if subject.kind is DocumentKind.TRUST:
        yield Finding(ANYONE, "Anyone in any AWS account may assume this role.", where)
    elif subject.kind in RESOURCE_KINDS:
        yield Finding(PUBLIC, "Anyone may do this: no condition says who, or from where.", where)


def _for_everyone(statement: Statement) -> bool:
    principal = statement.principal
    if principal is None:
        return False
    return principal.negated or principal.everyone or EVERYONE in principal.named("AWS")


def _says_who(subject: Subject) -> bool:
    """Whether a condition admits only some callers, or some places."""
    for condition, operator, _ in subject.conditions():
        says = condition.key.lower() in _SAYING_WHO and not operator.negated and not operator.if_exists
        compares = operator.name != NULL and operator.quantifier != FOR_ALL
        if says and compares and _EVERYWHERE.isdisjoint(condition.values):
            return True
    return False


# 2. Escalation


def _escalation(subject: Subject) -> Found:
    resource = subject.statement.resource
    if subject.kind not in IDENTITY_KINDS or resource is None:
        return
    if not (resource.negated or any(is_wild(each) and "${" not in each for each in resource.values)):
        return
    element = subject.statement.action
    matches = [glob(pattern.lower()) for pattern in element.values]
    paths = [name for name in _PATHS if any(match(name.lower()) for match in matches) is not element.negated]
    if paths:
        told = "; ".join(f"{name} {_PATHS[name]}" for name in paths[:_SHOWN])
        more = f"; and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
        where = (element_name("Action", element),)
        yield Finding(ESCALATION, f"Its holder can get any permission: {told}{more}.", where)


# 3. Never


def _contradictions(subject: Subject) -> Found:
    """Conditions on one key of which no request meets all."""
    equal: dict[str, frozenset[str]] = {}
    absent = {
        condition.key.lower()
        for condition, operator, _ in subject.conditions()
        if operator.name == NULL and {each.lower() for each in condition.values} == {"true"}
    }
    for condition, operator, path in subject.conditions():
        key = condition.key.lower()
        if not is_plain(operator):
            continue
        if key in absent:
            yield Finding(NEVER, f"{condition.key} must be absent and have a value.", path)
        if operator.name in _EQUAL and not any(map(is_open, condition.values)):
            values = frozenset(each.lower() for each in condition.values)
            both = equal.setdefault(key, values) & values
            if not both:
                yield Finding(NEVER, f"No value of {condition.key} meets both conditions.", path)
            equal[key] = both or values


def _other_types(subject: Subject) -> Found:
    """Actions of S3 on buckets, with resources that are objects, or the other way round."""
    action, resource = subject.statement.action, subject.statement.resource
    if subject.catalogue is None or resource is None or resource.negated or action.negated:
        return
    if not all(each.lower().startswith("s3:") for each in action.values):
        return
    of_s3 = Actions(subject.catalogue)
    found = [of_s3.matching(pattern) for pattern in action.values]
    types = frozenset(type_ for names in found for name in names for type_ in of_s3.types[name])
    if all(found) and types and not types & _types_of(resource.values):
        others = "objects" if types == {OBJECT} else "buckets"
        said = f"These actions are on {others}, and no Resource here is one: the statement never applies."
        yield Finding(NEVER, said, ("Resource",))


def _types_of(resources: Sequence[str]) -> frozenset[str]:
    """Which of the two the patterns can match. A wildcard also stands for slashes."""
    return frozenset(type_ for each in resources for type_ in _types_of_one(each))


def _types_of_one(pattern: str) -> Iterator[str]:
    name = pattern.rpartition(":")[2]
    if "/" in name or is_open(name):
        yield OBJECT
    if "/" not in name:
        yield BUCKET
