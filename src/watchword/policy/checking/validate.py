"""Whether a document may be stored as a policy of some kind.

A policy that can be read but must not be stored is refused here, with AWS's code and words; `lint` reports
what may be stored and is doubtful.

Source: IAM User Guide, "Grammar of the IAM JSON policy language", "IAM and AWS STS quotas"; AWS
Organizations User Guide, "SCP syntax", "RCP syntax" and "Quotas"; Amazon S3 User Guide, "Bucket policies";
AWS KMS Developer Guide, "Resource quotas", for the largest policy that any resource has.
`KINDS` is the whole table: the limits of each kind, and its checks. The order of checks is:

 0. it can be read (`parse`), and is not larger than its kind allows;
 1. the Version that the kind needs, and no Id where it takes none;
 2. there is a statement; Sids are alphanumeric (for IAM) and unique;
 3. Principal and NotPrincipal: required, prohibited, and which principals exist at all;
 4. Effect, where the kind takes one only;
 5. actions: there are some, each `vendor:Name` with at most wildcards in its name;
 6. resources: required, prohibited, each "*" or an ARN whose service is spelled out;
 7. conditions: known operators, values of their type, well-formed variables.

Whether a principal exists, and the size of several inline policies together, are checked by the server.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from msgspec import Struct

from watchword.policy.checking import checks, resources
from watchword.policy.checking.checks import ORGANIZATION_WORDS, Found, StatementCheck
from watchword.policy.evaluation.document import Policy
from watchword.policy.language.grammar import VARIABLES_SINCE
from watchword.policy.language.parse import SYNTAX, PolicyError
from watchword.policy.language.text import Path

_WHITE_SPACE = re.compile(r"[ \t\r\n]+")


class DocumentKind(StrEnum):
    """What a document is to be stored as."""

    MANAGED = "managed"
    USER_INLINE = "user-inline"
    GROUP_INLINE = "group-inline"
    ROLE_INLINE = "role-inline"
    SESSION = "session"
    IDENTITY = "identity"
    """Any identity policy, wherever it will be attached."""
    TRUST = "trust"
    S3_BUCKET = "s3-bucket"
    RESOURCE = "resource"
    """The policy of a resource of any service."""
    SCP = "scp"
    RCP = "rcp"


_TOO_LARGE = "Policy exceeds the maximum allowed document size."


def _without_white_space(text: str) -> int:
    return len(_WHITE_SPACE.sub("", text))


def _bytes(text: str) -> int:
    return len(text.encode())


class Size(Struct, frozen=True):
    """The most that a document may have, how the service counts it, and the refusal of more."""

    most: int
    code: str
    said: str
    counted: Callable[[str], int] = _without_white_space
    status: int = 409


class Rules(Struct, frozen=True):
    """What a kind of document must satisfy."""

    size: Size
    checks: tuple[StatementCheck, ...]
    code: str = "MalformedPolicyDocument"
    version: str | None = None
    """The only Version it takes; None where any Version will do, or none."""
    said: str | None = None
    """The words for every refusal, of a service that gives no details."""
    takes_id: bool = True


def _limit(most: int, what: str) -> Size:
    return Size(most, "LimitExceeded", f"Cannot exceed quota for {what}: {most}")


def _inline(most: int, entity: str) -> Size:
    return Size(most, "LimitExceeded", f"Maximum policy size of {most} bytes exceeded for {entity}")


def _organization(kind: str) -> Size:
    said = f"The content of the {kind} exceeds the maximum size of 5120 characters."
    return Size(5120, "ConstraintViolationException", said, counted=len, status=400)


_COMMON = (checks.conditions, checks.variables)
_IDENTITY = (
    checks.sid_alphanumeric,
    checks.no_principal,
    checks.actions,
    resources.required_by_iam,
    *_COMMON,
)
_TRUST = (
    checks.sid_alphanumeric,
    checks.no_not_principal,
    checks.principal_required,
    checks.no_canonical_user,
    checks.principals_exist,
    checks.actions,
    checks.sts_actions,
    resources.prohibited,
    *_COMMON,
)
_RESOURCE = (
    checks.no_allow_with_not_principal,
    checks.principal_required,
    checks.principals_exist,
    checks.actions,
)
_ORGANIZATION = (
    checks.sid_alphanumeric,
    checks.actions_with_wild_vendor,
    resources.required_by_iam,
    *_COMMON,
)


def _identity(size: Size, version: str | None = None) -> Rules:
    return Rules(size, _IDENTITY, version=version, takes_id=False)


KINDS: Mapping[DocumentKind, Rules] = {
    DocumentKind.MANAGED: _identity(_limit(6144, "PolicySize"), VARIABLES_SINCE),
    DocumentKind.USER_INLINE: _identity(_inline(2048, "user")),
    DocumentKind.GROUP_INLINE: _identity(_inline(5120, "group")),
    DocumentKind.ROLE_INLINE: _identity(_inline(10_240, "role")),
    DocumentKind.IDENTITY: _identity(_inline(10_240, "role")),
    DocumentKind.SESSION: _identity(
        Size(
            2048,
            "PackedPolicyTooLarge",
            "The session policy is longer than 2048 characters.",
            counted=len,
            status=400,
        )
    ),
    DocumentKind.TRUST: Rules(_limit(2048, "ACLSizePerRole"), _TRUST),
    DocumentKind.S3_BUCKET: Rules(
        Size(20_480, "MalformedPolicy", _TOO_LARGE, counted=_bytes, status=400),
        (*_RESOURCE, checks.actions_of_s3, resources.required, resources.of_s3, *_COMMON),
        "MalformedPolicy",
    ),
    DocumentKind.RESOURCE: Rules(
        Size(32_768, "MalformedPolicyDocument", _TOO_LARGE, counted=_bytes, status=400),
        (*_RESOURCE, resources.required_but_by_ecr, *_COMMON),
    ),
    DocumentKind.SCP: Rules(
        _organization("service control policy"),
        (checks.no_principal, *_ORGANIZATION),
        "MalformedPolicyDocumentException",
        VARIABLES_SINCE,
        ORGANIZATION_WORDS,
        takes_id=False,
    ),
    DocumentKind.RCP: Rules(
        _organization("resource control policy"),
        (checks.principal_everyone, checks.deny_only, checks.services_with_rcps, *_ORGANIZATION),
        "MalformedPolicyDocumentException",
        VARIABLES_SINCE,
        ORGANIZATION_WORDS,
        takes_id=False,
    ),
}


def validate(source: str | bytes, kind: DocumentKind) -> Policy:
    """The policy, when it may be stored as `kind`; raises PolicyError, an AwsError, when not."""
    rules = KINDS[kind]
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    try:
        policy = Policy.parse(source)
    except PolicyError as error:
        raise _refusal(rules, error.said, error.meant, error.path, error.offset) from None
    size = rules.size
    if size.counted(text) > size.most:
        raise PolicyError(size.said, code=size.code, status=size.status)
    for said, meant, path in wrong(policy, kind):
        raise _refusal(rules, said, meant, path)
    return policy


def wrong(policy: Policy, kind: DocumentKind) -> Found:
    """Everything that keeps a policy from being stored as `kind`, in the order of the checks."""
    rules = KINDS[kind]
    if rules.version is not None and policy.version != rules.version:
        yield f"Policy document must be version {rules.version} or greater.", "", ("Version",)
    if policy.id is not None and not rules.takes_id:
        yield "Has prohibited field Id", "an Id is for policies of resources", ("Id",)
    if not policy.statements:
        yield SYNTAX, "a policy needs a statement", ("Statement",)
    seen: set[str] = set()
    for index, statement in enumerate(policy.statements):
        if statement.sid and statement.sid in seen:
            said = "Statement IDs (SID) in a single policy must be unique."
            yield said, f"the Sid {statement.sid!r} stands twice", ("Statement", index, "Sid")
        seen.add(statement.sid or "")
        for check in rules.checks:
            if check is not checks.variables or policy.version == VARIABLES_SINCE:
                for said, meant, path in check(statement):
                    yield said, meant, ("Statement", index, *path)


def _refusal(rules: Rules, said: str, meant: str, path: Path, offset: int | None = None) -> PolicyError:
    return PolicyError(rules.said or said, meant or said, path, offset, code=rules.code)
