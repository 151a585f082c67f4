"""What is wrong with a statement: one small generator for each thing that AWS refuses to store.

Source: IAM User Guide, "IAM JSON policy elements reference"; AWS Organizations User Guide, "SCP syntax"
and "RCP syntax". The numbers are those of `validate`, whose table says which kind of document makes which
checks. A finding has the words for the caller (AWS's), a detail for the operator, and the place.
The checks of a Resource (6) are in `resources`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from watchword.policy.evaluation.combine import has_rcps
from watchword.policy.evaluation.conditions import operator
from watchword.policy.language.grammar import EVERYONE, Effect, Statement, element_name
from watchword.policy.language.match import glob
from watchword.policy.language.parse import LEGACY, NO_ACTIONS, SYNTAX
from watchword.policy.language.text import Path
from watchword.policy.language.variables import Variable, tokens

Found = Iterator[tuple[str, str, Path]]
"""What is wrong: said to the caller, meant for the operator, and where in the statement."""
StatementCheck = Callable[[Statement], Found]

_SID = re.compile(r"[0-9A-Za-z]*", re.ASCII)
VENDOR = re.compile(r"[0-9A-Za-z.-]+", re.ASCII)
_WILD_VENDOR = re.compile(r"[0-9A-Za-z.*?-]+", re.ASCII)
_AWS_PRINCIPAL = re.compile(
    r"\*|[0-9]{12}"
    r"|arn:aws[a-z-]*:iam::[0-9]{12}:(?:root|(?:user|role)/[\w+=,.@/-]+)"
    r"|arn:aws[a-z-]*:iam::cloudfront:user/CloudFront Origin Access Identity [A-Z0-9]+"
    r"|arn:aws[a-z-]*:sts::[0-9]{12}:(?:assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+)"
    r"|A(?:ID|RO)A[A-Z0-9]{12,124}",
    re.ASCII,
)
_SERVICE_PRINCIPAL = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
_FEDERATED_PRINCIPAL = re.compile(
    r"arn:aws[a-z-]*:iam::[0-9]{12}:(?:saml-provider|oidc-provider)/[^*?]+|[a-z0-9-]+(?:\.[a-z0-9-]+)+",
    re.ASCII,
)
_CANONICAL_USER = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PRINCIPALS: Mapping[str, re.Pattern[str]] = {
    "AWS": _AWS_PRINCIPAL,
    "Service": _SERVICE_PRINCIPAL,
    "Federated": _FEDERATED_PRINCIPAL,
    "CanonicalUser": _CANONICAL_USER,
}
_TRUST_ACTIONS: Final = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
)
_SID_WORDS = (
    "Statement IDs (SID) must be alpha-numeric. "
    "Check that your input satisfies the regular expression [0-9A-Za-z]*"
)
_NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
ORGANIZATION_WORDS = (
    "The provided policy document does not meet the requirements of the specified policy type."
)


# 2. What IAM's older parser reads


def dates(statement: Statement) -> Found:
    """Each value for a date operator is a date."""
    for condition in statement.conditions:
        found = operator(condition.operator)
        if found is not None and found.comparison.kind == "Date":
            for value in condition.values:
                if found.comparison.readable(value) is None:
                    path: Path = ("Condition", condition.operator, condition.key)
                    yield LEGACY, f"{value!r} is no value for {condition.operator}", path


# 4. Sids


def sid_alphanumeric(statement: Statement) -> Found:
    """IAM's rule; other services take any text."""
    if statement.sid is not None and not _SID.fullmatch(statement.sid):
        yield _SID_WORDS, f"the Sid {statement.sid!r}", ("Sid",)


# 5. Principals


def no_principal(statement: Statement) -> Found:
    """Identity policies and SCPs apply to the identity or account that they are attached to."""
    if statement.principal is not None:
        yield (
            "Policy document should not specify a principal.",
            "",
            (element_name("Principal", statement.principal),),
        )


def principal_required(statement: Statement) -> Found:
    """The policy of a resource must say to which principals it applies."""
    element = statement.principal
    if element is None or not (element.everyone or any(names for _, names in element.entries)):
        yield "Missing required field Principal", "", ()


def principals_exist(statement: Statement) -> Found:
    """Each principal has a form that its type takes; the only wildcard is a lone `*`."""
    element = statement.principal
    for kind, names in element.entries if element else ():
        for name in names:
            if not _PRINCIPALS[kind].fullmatch(name):
                said = f'Invalid principal in policy: "{kind.upper()}":"{name}"'
                yield said, "", (element_name("Principal", element), kind)


def no_canonical_user(statement: Statement) -> Found:
    """Canonical users are known to S3 only."""
    if statement.principal is not None and statement.principal.named("CanonicalUser"):
        name = statement.principal.named("CanonicalUser")[0]
        yield f'Invalid principal in policy: "CANONICALUSER":"{name}"', "", ("Principal", "CanonicalUser")


def no_not_principal(statement: Statement) -> Found:
    """Rule 11 of `combine`: prohibited in trust policies."""
    if statement.principal is not None and statement.principal.negated:
        yield "Has prohibited field NotPrincipal", "", ("NotPrincipal",)


def no_allow_with_not_principal(statement: Statement) -> Found:
    """Rule 11 of `combine`: most services refuse Allow with NotPrincipal."""
    if statement.effect is Effect.ALLOW and statement.principal is not None and statement.principal.negated:
        yield "Allow with NotPrincipal is not allowed.", "", ("NotPrincipal",)


def principal_everyone(statement: Statement) -> Found:
    """An RCP applies to everyone."""
    element = statement.principal
    entries = element.entries if element else ()
    if element is None or element.negated or not (element.everyone or entries == (("AWS", (EVERYONE,)),)):
        yield ORGANIZATION_WORDS, 'a resource control policy has Principal "*"', ("Principal",)


# 5. Effect


def deny_only(statement: Statement) -> Found:
    """The RCP that AWS attaches itself already allows everything."""
    if statement.effect is not Effect.DENY:
        yield ORGANIZATION_WORDS, "a resource control policy may only deny", ("Effect",)


# 7. Actions


def actions(statement: Statement) -> Found:
    """`vendor:Name`, or `*`."""
    yield from _actions_of(statement, VENDOR)


def actions_with_wild_vendor(statement: Statement) -> Found:
    """In an SCP the vendor may have wildcards too."""
    yield from _actions_of(statement, _WILD_VENDOR)


def _actions_of(statement: Statement, vendor: re.Pattern[str]) -> Found:
    name = element_name("Action", statement.action)
    if not statement.action.values:
        yield NO_ACTIONS, "", (name,)
    for action in statement.action.values:
        before, colon, after = action.partition(":")
        if action == EVERYONE:
            continue
        if not colon:
            yield _NO_VENDOR, f"the action {action!r}", (name,)
        elif ":" in after:
            yield "Actions/Condition can contain only one colon.", f"the action {action!r}", (name,)
        elif not vendor.fullmatch(before):
            yield _wrong_with_vendor(before), f"the action {action!r}", (name,)
        elif not after or any(letter.isspace() for letter in after):
            yield SYNTAX, f"the action {action!r} has no name", (name,)


def _wrong_with_vendor(vendor: str) -> str:
    if _WILD_VENDOR.fullmatch(vendor):
        return "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards."
    return f"Vendor {vendor} is not valid"


def sts_actions(statement: Statement) -> Found:
    """Each action of a trust policy must match one of those that assume the role."""
    name = element_name("Action", statement.action)
    patterns = [glob(each.lower()) for each in statement.action.values if each.lower().startswith("sts:")]
    reaching = [each for each in patterns if any(each(action) for action in _TRUST_ACTIONS)]
    if statement.action.negated or len(reaching) != len(statement.action.values):
        yield "AssumeRole policy may only specify STS AssumeRole actions.", "", (name,)


def action_required(statement: Statement) -> Found:
    """S3's words for a missing Action."""
    if not statement.action.values:
        yield "Missing required field Action", "", (element_name("Action", statement.action),)


def actions_of_s3(statement: Statement) -> Found:
    """A bucket policy names actions of S3 only."""
    if not all(each == EVERYONE or each.lower().startswith("s3:") for each in statement.action.values):
        yield "Policy has invalid action", "", (element_name("Action", statement.action),)


def services_with_rcps(statement: Statement) -> Found:
    """Rule 4 of `combine`: each service is spelled out; a lone `*` is for AWS's own RCP only."""
    name = element_name("Action", statement.action)
    if statement.action.negated or not all(has_rcps(each.lower()) for each in statement.action.values):
        yield ORGANIZATION_WORDS, "a resource control policy names services that support them", (name,)


# 8. Conditions


def conditions(statement: Statement) -> Found:
    """Known operators, keys, and values of the operator's type."""
    for condition in statement.conditions:
        path: Path = ("Condition", condition.operator, condition.key)
        found = operator(condition.operator)
        if found is None:
            yield SYNTAX, f"there is no operator {condition.operator!r}", path[:2]
            continue
        for said in _wrong_with_key(condition.key):
            yield said, f"the condition key {condition.key!r}", path
        for value in condition.values:
            if found.comparison.readable(value) is None:
                yield SYNTAX, f"{value!r} is no value for {condition.operator}", path


def _wrong_with_key(key: str) -> Iterator[str]:
    """`vendor:Name`. The names of an identity provider's keys begin without `https://`."""
    vendor, _, name = key.partition(":")
    if not (vendor and name):
        yield _NO_VENDOR
    elif name.startswith("/") and ":" in name:
        yield "Condition can contain only one colon."


def variables(statement: Statement) -> Found:
    """Policy variables are well formed; `documents` asks only where the Version knows them."""
    for path, text in _texts_with_variables(statement):
        if Variable("") in tokens(text, variables=True):
            yield SYNTAX, f"a malformed variable in {text!r}", path


def _texts_with_variables(statement: Statement) -> Iterator[tuple[Path, str]]:
    if statement.resource is not None:
        for text in statement.resource.values:
            yield (element_name("Resource", statement.resource),), text
    for condition in statement.conditions:
        found = operator(condition.operator)
        if found is not None and found.comparison.variables:
            for text in condition.values:
                yield ("Condition", condition.operator, condition.key), text
