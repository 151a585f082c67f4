"""The types of policies of an organization.

Service control and resource control policies are decided by. AWS has a policy of each that allows everything;
it is attached to everything when the type is enabled. All other types describe a configuration; accounts
inherit them.
Source: AWS Organizations API Reference, CreatePolicy (Type); User Guide, "Managing organization policies",
"Quotas and service limits for AWS Organizations", "SCP evaluation" (FullAWSAccess), "RCP evaluation"
(RCPFullAWSAccess can't be detached).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from watchword.names import AwsError
from watchword.organizations.inheritance import Malformed, check
from watchword.organizations.quotas import MOST_ATTACHED
from watchword.organizations.refusals import violates
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.store.organizations.policies import Policy

_TOO_LONG: Final = "ConstraintViolationException"
SCP: Final = "SERVICE_CONTROL_POLICY"
RCP: Final = "RESOURCE_CONTROL_POLICY"
_PUBLISHED = datetime(2016, 11, 28, tzinfo=UTC)
"""When AWS published them doesn't matter: no answer has it."""


class PolicyType(Struct, frozen=True):
    """A type of policies."""

    name: str
    kind: DocumentKind | None = None
    """As what its documents are validated; None for a type that isn't decided by."""
    default: Policy | None = None
    """The policy of AWS that is attached to everything."""
    least_attached: int = 0
    """How many each target must have."""
    detachable: bool = True
    """Whether the policy of AWS can be detached."""
    most_attached: int = MOST_ATTACHED
    top: str = ""
    """Of a type that isn't decided by: the only member of its documents; empty where it isn't known."""
    most_characters: int = 10_000
    """Of such a type."""


def _of_aws(type_: str, name: str, description: str, **more: str) -> Policy:
    statement = {"Effect": "Allow", **more, "Action": "*", "Resource": "*"}
    content = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
    return Policy(f"p-{name}", "", type_, name, content, _PUBLISHED, _PUBLISHED, description)


FULL_ACCESS = _of_aws(SCP, "FullAWSAccess", "Allows access to every operation")
RCP_FULL_ACCESS = _of_aws(RCP, "RCPFullAWSAccess", "Allows access to every resource", Principal="*")
_DECIDED_BY = (
    PolicyType(SCP, DocumentKind.SCP, FULL_ACCESS, least_attached=1),
    PolicyType(RCP, DocumentKind.RCP, RCP_FULL_ACCESS, least_attached=1, detachable=False),
)
_TOP = {
    "TAG_POLICY": "tags",
    "BACKUP_POLICY": "plans",
    "AISERVICES_OPT_OUT_POLICY": "services",
    "CHATBOT_POLICY": "chatbot",
    "DECLARATIVE_POLICY_EC2": "ec2_attributes",
    "SECURITYHUB_POLICY": "securityhub",
    "INSPECTOR_POLICY": "inspector",
    "UPGRADE_ROLLOUT_POLICY": "upgrade_rollout",
    "BEDROCK_POLICY": "bedrock",
    "S3_POLICY": "s3_attributes",
    "SECURITYHUB_CSPM_POLICY": "",
    "NETWORK_SECURITY_DIRECTOR_POLICY": "",
    "GUARDDUTY_POLICY": "",
}
_CHARACTERS = {"AISERVICES_OPT_OUT_POLICY": 2_500}
_INHERITED = tuple(
    PolicyType(name, most_attached=10, top=top, most_characters=_CHARACTERS.get(name, 10_000))
    for name, top in _TOP.items()
)
TYPES: Mapping[str, PolicyType] = {each.name: each for each in (*_DECIDED_BY, *_INHERITED)}
OF_AWS: Mapping[str, Policy] = {each.id: each for each in (FULL_ACCESS, RCP_FULL_ACCESS)}
"""By id."""


def check_content(type_: str, content: str) -> None:
    """Raises MalformedPolicyDocumentException, or ConstraintViolationException for what is too long."""
    known = TYPES[type_]
    if known.kind is None:
        _check_inherited(known, content)
        return
    try:
        validate(content, known.kind)
    except AwsError as wrong:
        if wrong.code == _TOO_LONG:
            raise violates("POLICY_CONTENT_LIMIT_EXCEEDED", wrong.said) from None
        raise


def _check_inherited(known: PolicyType, content: str) -> None:
    if len(content) > known.most_characters:
        said = f"The content of a policy of type {known.name} has at most {known.most_characters} characters."
        raise violates("POLICY_CONTENT_LIMIT_EXCEEDED", said)
    try:
        check(content, known.top)
    except Malformed as wrong:
        said = "The provided policy document does not meet the requirements of the specified policy type."
        raise AwsError("MalformedPolicyDocumentException", 400, said, str(wrong)) from None


def attributes(policy: Policy) -> dict[str, Any]:
    """What a policy has besides its content, but for its ARN."""
    return {
        "Id": policy.id,
        "Name": policy.name,
        "Description": policy.description,
        "Type": policy.type,
        "AwsManaged": not policy.organization,
    }
