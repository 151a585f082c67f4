"""Instances of Identity Center: which one a call is about, and whose own policies are enough.

An instance belongs to an account. That of a management account is the organization's; so others of the
organization may know of it:

* OWNER:          only the owner;
* ADMINISTRATORS: also the accounts that administer `sso.amazonaws.com` for the organization;
* MEMBERS:        every account of the organization, which reads who is who.

Others of the organization ask across accounts, and are refused. To everybody else an instance isn't there.
Shared by two services that know nothing of each other: `identitystore` and `sso_admin`.
Source: IAM Identity Center User Guide, "Delegated administration", "Limiting access to the identity store
from member accounts".
"""

from enum import Enum
from functools import partial

from watchword.facts.identity_center import DIRECTORY, INSTANCE, InstanceFact
from watchword.facts.organizations import ALONE, STANDING, Standing
from watchword.services.operation import Call
from watchword.store import Transaction
from watchword.store.identity_center import instances
from watchword.store.identity_center.instances import Instance

SERVICE = "sso.amazonaws.com"
"""The principal of the service, by which an account is made its administrator."""


class For(Enum):
    """Whose own policies are enough."""

    OWNER = "the owner"
    ADMINISTRATORS = "the owner and delegated administrators"
    MEMBERS = "every account of the organization"


def by_id(call: Call, instance_id: str) -> InstanceFact | None:
    """The instance of that id; None where there is none for the caller."""
    return _seen(
        call, call.resolve("instance", instance_id, partial(call.world.facts.get, INSTANCE, instance_id))
    )


def of_directory(call: Call, directory: str) -> InstanceFact | None:
    """The instance whose directory has that id."""
    return _seen(
        call, call.resolve("directory", directory, partial(call.world.facts.get, DIRECTORY, directory))
    )


def owner(call: Call, found: InstanceFact | None, by: For) -> str:
    """The account that the demand is made of: the caller's where its own policies are enough."""
    if found is None:
        return call.account
    here = standing(call)
    delegated = by is not For.OWNER and SERVICE in here.delegated
    enough = by is For.MEMBERS or delegated
    return call.account if enough else found.instance.account


def current(tx: Transaction, found: InstanceFact | None) -> Instance | None:
    """The instance that was decided on, as it is now."""
    return instances.by_id(tx, found.instance.id) if found else None


def standing(call: Call) -> Standing:
    """Where the caller's account stands."""
    if not call.account:
        return ALONE
    return call.resolve("standing", "", partial(call.world.facts.need, STANDING, call.account))


def _seen(call: Call, found: InstanceFact | None) -> InstanceFact | None:
    if found is None:
        return None
    known = found.instance.account in (call.account, standing(call).management)
    return found if known and call.account else None
