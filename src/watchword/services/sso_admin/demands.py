"""What operations of Identity Center demand, and the instance and the permission set that they then act on.

An action needs permission for each resource that it is about: the instance, the permission set, the account.
Source: Service Authorization Reference, "AWS IAM Identity Center".
"""

from msgspec import structs

from watchword.access import Demand
from watchword.facts.identity_center import InstanceFact
from watchword.identity.center.refusals import denied, invalid, not_found
from watchword.services import directories
from watchword.services.directories import For
from watchword.services.operation import Call, Demands
from watchword.services.resources import NONE, Keys
from watchword.services.sso_admin.attached import PREFIX, SsoArn, keys_of, tags_of
from watchword.store.identity_center import permission_sets, provisions
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.permission_sets import PermissionSet

INSTANCE, SET = "InstanceArn", "PermissionSetArn"
OF_MANAGEMENT = "This is about the account that owns the instance, so only that account can do it."
"""IAM Identity Center User Guide, "Delegated administration": what a delegated administrator can't do."""


def on(*members: str, by: For = For.ADMINISTRATORS) -> Demands:
    """On what these members of the input name: ARNs, or the ids of accounts."""
    return lambda call: tuple(on_one(call, call.input[each], by) for each in members if each in call.input)


def on_one(call: Call, reference: str, by: For = For.ADMINISTRATORS, keys: Keys = NONE) -> Demand:
    """On an instance, a permission set or an account. Raises ValidationException."""
    found = instance_of(call)
    owner, action = directories.owner(call, found, by), PREFIX + call.name
    if reference.isdecimal():
        return Demand(action, f"arn:{call.partition}:sso:::account/{reference}", owner, keys)
    named = read_arn(reference)
    if found is None:
        return Demand(action, str(named), owner, keys)
    named = structs.replace(named, partition=found.instance.partition)  # whatever the caller called it
    held = tags_of(call.world.facts, named, found)
    return Demand(action, str(named), owner, {**keys_of(found), **keys}, resource_tags=held)


def read_arn(text: str) -> SsoArn:
    """Raises ValidationException."""
    found = SsoArn.find(text)
    if found is None:
        raise invalid(f"{text} is not the ARN of an instance or of a permission set.")
    return found


def instance_of(call: Call) -> InstanceFact | None:
    """The instance that the call is about; None where there is none for the caller."""
    reference = call.input.get(INSTANCE) or call.input.get("ResourceArn")
    return directories.by_id(call, read_arn(reference).instance) if reference else None


def find_instance(call: Call) -> Instance | None:
    """The instance that was decided on, as it is now."""
    return directories.current(call.tx, instance_of(call))


def current(call: Call) -> Instance:
    """The same. Raises ResourceNotFoundException."""
    found = find_instance(call)
    if found is None:
        raise not_found("Could not find the instance.")
    return found


def seen(call: Call) -> Instance:
    """The same, for operations whose only word for a missing instance is AccessDeniedException."""
    found = find_instance(call)
    if found is None:
        raise denied("You do not have sufficient access to perform this action.", "there is no such instance")
    return found


def current_set(call: Call, instance: Instance) -> PermissionSet:
    """The permission set that the call names. Raises ResourceNotFoundException and AccessDeniedException."""
    named = read_arn(call.input[SET])
    found = permission_sets.by_id(call.tx, instance.id, named.permission_set)
    if found is None or named.instance != instance.id:
        raise not_found(f"Could not find PermissionSet with id {named.permission_set}")
    if call.tx.writes:
        check_not_of_owner(call, instance, found)
    return found


def check_not_of_owner(call: Call, instance: Instance, permission_set: PermissionSet) -> None:
    """A delegated administrator doesn't change what somebody has in the owner's account."""
    delegated = call.account != instance.account
    if delegated and provisions.find(call.tx, permission_set.id, instance.account):
        raise denied(OF_MANAGEMENT)
