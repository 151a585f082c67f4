"""Central management of root users, which an organization can switch on, once IAM has access to it.

Source: IAM API Reference, EnableOrganizationsRootSessions and its siblings.
"""

from watchword.identity.refusals import refusal
from watchword.services.iam import demands
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.organizations import members


def no_access(call: Call) -> Output:
    """All of them: no service is given access to an organization yet."""
    if members.of_account(call.tx, call.account) is None:
        raise refusal("OrganizationNotFoundException", "Your account is not a member of an organization.")
    raise refusal("ServiceAccessNotEnabledException", "Service access for iam.amazonaws.com isn't enabled.")


OPERATIONS: dict[str, Operation] = {
    "EnableOrganizationsRootCredentialsManagement": writes(no_access, demands.on_account),
    "EnableOrganizationsRootSessions": writes(no_access, demands.on_account),
    "DisableOrganizationsRootCredentialsManagement": writes(no_access, demands.on_account),
    "DisableOrganizationsRootSessions": writes(no_access, demands.on_account),
    "ListOrganizationsFeatures": reads(no_access, demands.on_account),
}
