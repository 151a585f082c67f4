"""Whether a document may be stored as a policy of some kind.

A policy that can be read but must not be stored is refused here, with AWS's code and words; `lint` reports
what may be stored and is doubtful.

Source: IAM User Guide, "Grammar of the IAM JSON policy language", "IAM and AWS STS quotas"; AWS
Organizations User Guide, "SCP syntax", "RCP syntax" and "Quotas"; Amazon S3 User Guide, "Bucket policies";
AWS KMS Developer Guide, "Resource quotas", for the largest policy that any resource has.
`KINDS` is the whole table: the limits of each kind, and its checks in their order. IAM makes one check of all
statements before the next one, other services all checks of one statement before the next. IAM's order is:

 0. the text: it doesn't begin with white space, can be read (`parse`), and isn't larger than its kind allows;
 1. the Version that the kind needs;
 2. what IAM's older parser reads: Effect in the right case, a lone Statement only after the Version, whole
    ARNs, dates ("The policy failed legacy parsing");
 3. no Id; there is a statement;
 4. Sids are alphanumeric and unique;
 5. Principal and NotPrincipal: required, prohibited, and which principals exist at all; Effect, where the
    kind takes one only;
 6. resources: required, prohibited, each "*" or an ARN whose service is spelled out;
 7. actions: there are some, each `vendor:Name` with at most wildcards in its name;
 8. conditions: known operators, values of their type, well-formed variables;
 9. trust policies: the claims of issuers that many customers share (`shared_issuers`).

AWS documents no order. This one follows IAM's answers to documents with several faults, as far as these are
known; where 3, 5, 8 and 9 stand isn't.
Whether a principal exists, and the size of several inline policies together, are checked by the server. Which
actions and condition keys S3 has, only a catalogue knows (`buckets`).
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from watchword.policy.checking import buckets, checks, documents, resources, shared_issuers
from watchword.policy.checking.checks import ORGANIZATION_WORDS, Found, StatementCheck
from watchword.policy.checking.documents import PolicyCheck, of_each
from watchword.policy.evaluation.document import Policy
from watchword.policy.language.parse import LEGACY, SYNTAX, Document, PolicyError, read_document
from watchword.policy.language.text import Path

if TYPE_CHECKING:
    from watchword.policy.checking.catalogue import Catalogue

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
    checks: tuple[PolicyCheck, ...]
    """In their order, after the text itself."""
    code: str = "MalformedPolicyDocument"
    newest_version: bool = False
    """Whether it must have the newest Version."""
    legacy: bool = False
    """Whether IAM's older parser reads it too."""
    white_space: str = ""
    """The words for white space before the document; empty where there may be some."""
    said: str | None = None
    """The words for every refusal, of a service that gives no details."""
    fit: "Callable[[Catalogue], PolicyCheck] | None" = None
    """The check for which a catalogue is needed."""


def _limit(most: int, what: str) -> Size:
    return Size(most, "LimitExceeded", f"Cannot exceed quota for {what}: {most}")


def _inline(most: int, entity: str) -> Size:
    return Size(most, "LimitExceeded", f"Maximum policy size of {most} bytes exceeded for {entity}")


def _organization(kind: str) -> Size:
    said = f"The content of the {kind} exceeds the maximum size of 5120 characters."
    return Size(5120, "ConstraintViolationException", said, counted=len, status=400)


_LEGACY = of_each(resources.read_by_legacy, checks.dates)
_SIDS = (of_each(checks.sid_alphanumeric), documents.sids_unique)
_CONDITIONS = (of_each(checks.conditions), documents.variables)
_IDENTITY = (
    _LEGACY,
    documents.no_id,
    documents.has_statement,
    *_SIDS,
    of_each(checks.no_principal),
    of_each(resources.required_by_iam),
    of_each(checks.actions),
    *_CONDITIONS,
)
_TRUST = (
    _LEGACY,
    documents.has_statement,
    *_SIDS,
    of_each(
        checks.no_not_principal,
        checks.principal_required,
        checks.no_canonical_user,
        checks.principals_exist,
    ),
    of_each(resources.prohibited),
    of_each(checks.actions, checks.sts_actions),
    *_CONDITIONS,
    of_each(shared_issuers.claims_compared),
)
_RESOURCE = (
    checks.no_allow_with_not_principal,
    checks.principal_required,
    checks.principals_exist,
)
_ORGANIZATION = (
    documents.no_id,
    documents.has_statement,
    *_SIDS,
    of_each(resources.required_by_iam),
    of_each(checks.actions_with_wild_vendor),
    *_CONDITIONS,
)


def _identity(size: Size, *, newest_version: bool = False, white_space: str = LEGACY) -> Rules:
    return Rules(size, _IDENTITY, newest_version=newest_version, legacy=True, white_space=white_space)


def _of_resource(*of_statement: StatementCheck) -> tuple[PolicyCheck, ...]:
    """All checks of one statement before the next."""
    checked = of_each(*_RESOURCE, *of_statement, checks.conditions)
    return (documents.has_statement, documents.sids_unique, checked, documents.variables)


def _of_organization(kind: str, *own: StatementCheck) -> Rules:
    return Rules(
        _organization(kind),
        (of_each(*own), *_ORGANIZATION),
        "MalformedPolicyDocumentException",
        newest_version=True,
        white_space=ORGANIZATION_WORDS,
        said=ORGANIZATION_WORDS,
    )


KINDS: Mapping[DocumentKind, Rules] = {
    DocumentKind.MANAGED: _identity(_limit(6144, "PolicySize"), newest_version=True),
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
        ),
        white_space="",
    ),
    DocumentKind.TRUST: Rules(
        _limit(2048, "ACLSizePerRole"),
        _TRUST,
        legacy=True,
        white_space="JSON strings must not have leading spaces",
    ),
    DocumentKind.S3_BUCKET: Rules(
        Size(20_480, "MalformedPolicy", _TOO_LARGE, counted=_bytes, status=400),
        _of_resource(
            checks.action_required, checks.actions, checks.actions_of_s3, resources.required, resources.of_s3
        ),
        "MalformedPolicy",
        white_space="Policies must be valid JSON and the first byte must be '{'",
        fit=buckets.fit,
    ),
    DocumentKind.RESOURCE: Rules(
        Size(32_768, "MalformedPolicyDocument", _TOO_LARGE, counted=_bytes, status=400),
        _of_resource(checks.actions, resources.required_but_by_ecr),
    ),
    DocumentKind.SCP: _of_organization("service control policy", checks.no_principal),
    DocumentKind.RCP: _of_organization(
        "resource control policy", checks.principal_everyone, checks.deny_only, checks.services_with_rcps
    ),
}


def validate(
    source: str | bytes,
    kind: DocumentKind,
    catalogue: "Catalogue | None" = None,
    partition: str = "",
    most: int = 0,
) -> Policy:
    """The policy, when it may be stored as `kind`; raises PolicyError, an AwsError, when not.

    catalogue: what services there are. Without one, nothing is refused for what only a catalogue knows.
    partition: the account's, whose resources alone the policy can be about; empty where it isn't known.
    most: the largest size, of an account whose quota was raised.
    """
    rules = KINDS[kind]
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    if rules.white_space and text != text.lstrip():
        raise _refusal(rules, rules.white_space, "white space before the document", (), 0)
    try:
        document = read_document(source)
    except PolicyError as error:
        raise _refusal(rules, error.said, error.meant, error.path, error.offset) from None
    size = rules.size
    if size.counted(text) > (most or size.most):
        raise PolicyError(size.said, code=size.code, status=size.status)
    policy = Policy(document.statements, document.version, document.id)
    found = chain(wrong(policy, kind, document), _beyond(policy, rules, catalogue, partition))
    for said, meant, path in found:
        raise _refusal(rules, said, meant, path)
    return policy


def wrong(policy: Policy, kind: DocumentKind, document: Document | None = None) -> Found:
    """Everything that keeps a policy from being stored as `kind`, in the order of the checks.

    document: the text that it was read from, for what the policy no longer tells.
    """
    rules = KINDS[kind]
    if rules.newest_version:
        yield from documents.newest_version(policy)
    if document is not None:
        yield from _in_the_text(rules, document)
    for check in rules.checks:
        yield from check(policy)


def _beyond(policy: Policy, rules: Rules, catalogue: "Catalogue | None", partition: str) -> Found:
    """What the document alone can't tell."""
    if partition:
        yield from of_each(resources.of_partition(partition))(policy)
    if rules.fit is not None and catalogue is not None:
        yield from rules.fit(catalogue)(policy)


def _in_the_text(rules: Rules, document: Document) -> Found:
    """A statement without an Action isn't here: the checks of actions find it."""
    if rules.legacy and document.statement_first:
        yield LEGACY, "a Statement in no list stands before the Version", ("Statement",)
    for fault in document.faults:
        if fault.said == LEGACY:
            yield LEGACY if rules.legacy else SYNTAX, fault.meant, fault.path


def _refusal(rules: Rules, said: str, meant: str, path: Path, offset: int | None = None) -> PolicyError:
    return PolicyError(rules.said or said, meant or said, path, offset, code=rules.code)
