"""Central management of root users, which an organization can switch on. No account here is in one.

Source: IAM API Reference, EnableOrganizationsRootSessions and its siblings.
"""

from watchword.identity.refusals import refusal
from watchword.services.iam import demands
from watchword.services.operation import Call, Operation, Output, reads, writes


def no_organization(_call: Call) -> Output:
    """All of them."""
    raise refusal("OrganizationNotFoundException", "Your account is not a member of an organization.")


OPERATIONS: dict[str, Operation] = {
    "EnableOrganizationsRootCredentialsManagement": writes(no_organization, demands.on_account),
    "EnableOrganizationsRootSessions": writes(no_organization, demands.on_account),
    "DisableOrganizationsRootCredentialsManagement": writes(no_organization, demands.on_account),
    "DisableOrganizationsRootSessions": writes(no_organization, demands.on_account),
    "ListOrganizationsFeatures": reads(no_organization, demands.on_account),
}
