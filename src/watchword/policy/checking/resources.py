"""What is wrong with a statement's Resource: check 6 of `validate`, in the manner of `checks`.

Source: IAM User Guide, "IAM JSON policy elements: Resource" and "IAM ARNs"; Amazon ECR User Guide, "Private
repository policies"; the words are those of AWS's refusals.
"""

import re
from collections.abc import Iterator
from typing import Final

from watchword.policy.checking.checks import VENDOR, Found, StatementCheck
from watchword.policy.language.grammar import EVERYONE, Patterns, Statement, element_name
from watchword.policy.language.parse import LEGACY
from watchword.policy.language.text import Path

_ACCOUNT = re.compile(r"(?:[0-9]{12})?|[0-9]*[*?][0-9*?]*|[a-z][a-z-]*", re.ASCII)
"""Twelve digits, none at all, a pattern, or a word such as `aws`."""
_PARTITION = re.compile(r"aws(?:-[a-z]+)*|\*", re.ASCII)
_WRONG_PARTITION: Final = 'Partition "{}" is not valid for resource "{}".'
_ARN_SEGMENTS: Final = 6
_IAM_PATHS: Final = (
    "user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, "
    "saml-provider/, oidc-provider/, report/, access-report/"
)
_IAM_RESOURCE = re.compile(
    rf"\*\Z|root\Z|{_IAM_PATHS.replace(', ', '|')}|assumed-role/|delegation-request/|role-template/"
)
"""What AWS's words name, and the types that only its Service Authorization Reference has."""
_S3 = re.compile(r"arn:[^:]*:s3:")
_ECR: Final = ("ecr:", "ecr-public:")


def prohibited(statement: Statement) -> Found:
    """A trust policy is about the role that it is attached to."""
    if statement.resource is not None:
        name = element_name("Resource", statement.resource)
        yield f"Has prohibited field {name}", "", (name,)


def required_by_iam(statement: Statement) -> Found:
    """IAM's words for a missing Resource."""
    if statement.resource is None or not statement.resource.values:
        yield "Policy statement must contain resources.", "", ()
    yield from forms(statement)


def required(statement: Statement) -> Found:
    """S3's words for a missing Resource."""
    if statement.resource is None or not statement.resource.values:
        yield "Missing required field Resource", "", ()
    yield from forms(statement)


def of_s3(statement: Statement) -> Found:
    """ARNs of S3; that they are of the bucket itself is checked where the policy is put."""
    element = statement.resource or Patterns(())
    if not all(_S3.match(each) for each in element.values):
        yield "Policy has invalid resource", "", (element_name("Resource", element),)


def required_but_by_ecr(statement: Statement) -> Found:
    """As `required`, but a repository policy of ECR needs no Resource."""
    if statement.resource is not None or not is_of_ecr(statement.action):
        yield from required(statement)


def is_of_ecr(action: Patterns) -> bool:
    """Whether all actions are ECR's: only the policies of its repositories name no resource."""
    return bool(action.values) and all(each.lower().startswith(_ECR) for each in action.values)


def read_by_legacy(statement: Statement) -> Found:
    """IAM's older parser takes ARNs apart: each has all parts or ends in `*`, and its account can be one."""
    element = statement.resource or Patterns(())
    for resource in element.values:
        parts = resource.split(":", _ARN_SEGMENTS - 1)
        short = len(parts) < _ARN_SEGMENTS and not resource.endswith(EVERYONE)
        if parts[0] == "arn" and (short or not _ACCOUNT.fullmatch((parts + [""] * 5)[4])):
            yield LEGACY, f"the resource {resource!r}", (element_name("Resource", element),)


def of_partition(partition: str) -> StatementCheck:
    """The check that each ARN is of that partition, or of any."""

    def check(statement: Statement) -> Found:
        element = statement.resource or Patterns(())
        for resource in element.values:
            head, _, rest = resource.partition(":")
            if head == "arn" and rest.partition(":")[0] not in (partition, EVERYONE):
                said = _WRONG_PARTITION.format(rest.partition(":")[0], resource)
                yield said, f"the resource {resource!r}", (element_name("Resource", element),)

    return check


def forms(statement: Statement) -> Found:
    """Each is `*` or an ARN whose service is spelled out."""
    element = statement.resource or Patterns(())
    path: Path = (element_name("Resource", element),)
    for resource in element.values:
        if resource != EVERYONE:
            for said in _wrong_with_arn(resource):
                yield said, f"the resource {resource!r}", path


def _wrong_with_arn(resource: str) -> Iterator[str]:
    parts = resource.split(":", _ARN_SEGMENTS - 1)
    if parts[0] != "arn" or len(parts) < 3 or (len(parts) < _ARN_SEGMENTS and not resource.endswith("*")):  # noqa: PLR2004 arn, partition, service
        yield f'Resource {resource} must be in ARN format or "*".'
    elif not _PARTITION.fullmatch(parts[1]):
        yield _WRONG_PARTITION.format(parts[1], resource)
    elif not VENDOR.fullmatch(parts[2]):
        yield "Resource vendor must be fully qualified and cannot contain regexes."
    elif parts[2] == "iam" and len(parts) == _ARN_SEGMENTS and parts[3]:
        yield f"IAM resource {resource} cannot contain region information."
    elif parts[2] == "iam" and len(parts) == _ARN_SEGMENTS and not _IAM_RESOURCE.match(parts[5]):
        yield f'IAM resource path must either be "*", root, or start with {_IAM_PATHS}.'
    elif parts[2] == "s3" and len(parts) == _ARN_SEGMENTS and parts[3] and not parts[4]:
        yield f"Resource {resource} can not contain region information."
