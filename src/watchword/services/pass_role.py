"""Passing a role to a service, which then acts in it: iam:PassRole, demanded of the caller.

Only a role of the caller's own account can be passed. A role that isn't there is decided on like any other.
Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service"; Service Authorization
Reference, "AWS Identity and Access Management (IAM)", PassRole.
"""

from watchword.access import Demand
from watchword.facts.entities import ROLE
from watchword.identity.tags import as_condition_keys
from watchword.names import AwsError, nouns
from watchword.names.entity_arn import EntityArn
from watchword.services.operation import Call

CROSS_ACCOUNT = "Cross-account pass role is not allowed."


def to_pass_role(call: Call, role: EntityArn, service: str, resource: str) -> Demand:
    """iam:PassRole on the role; `service` is its principal name, `resource` the ARN that gets the role.

    Raises AccessDenied for a role of another account.
    """
    if role.noun != nouns.ROLE or role.account != call.account:
        raise AwsError("AccessDeniedException", 400, CROSS_ACCOUNT)
    found = call.world.facts.get(ROLE, role.account, role.name)
    tags = found.tags if found and found.arn == str(role) else {}
    keys = {
        "iam:PassedToService": service,
        "iam:AssociatedResourceArn": resource,
        **as_condition_keys("iam:ResourceTag", tags.items()),
    }
    return Demand("iam:PassRole", str(role), role.account, keys, resource_tags=tags)
