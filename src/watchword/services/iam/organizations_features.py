"""Central management of the root users of member accounts, which an organization can switch on.

Its management account switches it on and off, once IAM has access to the organization; an account that
administers IAM for the organization can switch it off, and read what is on.
Source: IAM API Reference, EnableOrganizationsRootSessions and its siblings (errors in this order).
"""

from functools import partial

from watchword.identity.refusals import refusal
from watchword.services.iam import demands
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.organizations import members, organizations, services
from watchword.store.organizations.organizations import (
    ALL_FEATURES,
    ROOT_CREDENTIALS,
    ROOT_SESSIONS,
    Organization,
)

_IAM = "iam.amazonaws.com"


def enable(feature: str, call: Call) -> Output:
    """EnableOrganizationsRootCredentialsManagement, EnableOrganizationsRootSessions."""
    here = _organization(call)
    if call.account != here.management:
        raise refusal(
            "CallerIsNotManagementAccountException", "Only the management account can enable this feature."
        )
    _check_access(call, here)
    return _set(call, here, {*(here.root_features or ()), feature})


def disable(feature: str, call: Call) -> Output:
    """DisableOrganizationsRootCredentialsManagement, DisableOrganizationsRootSessions."""
    here = _managed(call)
    return _set(call, here, set(here.root_features or ()) - {feature})


def list_features(call: Call) -> Output:
    """ListOrganizationsFeatures."""
    here = _managed(call)
    return {"OrganizationId": here.id, "EnabledFeatures": list(here.root_features or ())}


def _set(call: Call, here: Organization, features: set[str]) -> Output:
    organizations.set_root_features(call.tx, here, tuple(sorted(features)))
    return {"OrganizationId": here.id, "EnabledFeatures": sorted(features)}


def _managed(call: Call) -> Organization:
    """The organization, when the caller manages it or administers IAM for it, and IAM has access."""
    here = _organization(call)
    administers = services.delegations_of(call.tx, here.id, call.account)
    if call.account != here.management and all(each.service != _IAM for each in administers):
        raise refusal(
            "AccountNotManagementOrDelegatedAdministratorException",
            "Your account is neither the management account nor a delegated administrator.",
        )
    _check_access(call, here)
    return here


def _organization(call: Call) -> Organization:
    member = members.of_account(call.tx, call.account)
    found = organizations.by_id(call.tx, member.organization) if member else None
    if found is None:
        raise refusal("OrganizationNotFoundException", "Your account is not a member of an organization.")
    if found.features != ALL_FEATURES:
        raise refusal("OrganizationNotInAllFeaturesModeException", "The organization hasn't all features.")
    return found


def _check_access(call: Call, here: Organization) -> None:
    if services.access_of(call.tx, here.id, _IAM) is None:
        raise refusal(
            "ServiceAccessNotEnabledException",
            f"Trusted access isn't enabled for {_IAM} in the organization.",
        )


OPERATIONS: dict[str, Operation] = {
    "EnableOrganizationsRootCredentialsManagement": writes(
        partial(enable, ROOT_CREDENTIALS), demands.on_account
    ),
    "EnableOrganizationsRootSessions": writes(partial(enable, ROOT_SESSIONS), demands.on_account),
    "DisableOrganizationsRootCredentialsManagement": writes(
        partial(disable, ROOT_CREDENTIALS), demands.on_account
    ),
    "DisableOrganizationsRootSessions": writes(partial(disable, ROOT_SESSIONS), demands.on_account),
    "ListOrganizationsFeatures": reads(list_features, demands.on_account),
}
