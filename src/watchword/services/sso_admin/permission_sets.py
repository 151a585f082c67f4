"""Permission sets: CreatePermissionSet and its siblings. Their policies have a file of their own.

A change reaches the roles of a set when it is provisioned again.
Source: IAM Identity Center API Reference, CreatePermissionSet, UpdatePermissionSet, DeletePermissionSet.
"""

from dataclasses import replace

from watchword.access import Demand
from watchword.identity.center import durations, quotas
from watchword.identity.center.assigning import is_used
from watchword.identity.center.refusals import conflict
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.sso_admin import pages, tags
from watchword.services.sso_admin.attached import SsoArn
from watchword.services.sso_admin.demands import INSTANCE, SET, current, current_set, on, on_one, read_arn
from watchword.store import tags as stored_tags
from watchword.store.identity_center import permission_sets
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.permission_sets import KIND, PermissionSet

DEFAULT_DURATION = "PT1H"


def create_permission_set(call: Call) -> Output:
    """CreatePermissionSet."""
    instance, given = current(call), call.input
    own, duration = tags.given(call, KIND), given.get("SessionDuration", DEFAULT_DURATION)
    durations.check(duration)
    if permission_sets.named(call.tx, instance.id, given["Name"]):
        raise conflict(f"PermissionSet with name {given['Name']} already exists.")
    count = permission_sets.count(call.tx, instance.id) + 1
    quotas.check(count, quotas.MOST_PERMISSION_SETS, "permission sets")
    made = PermissionSet(
        id=f"ps-{call.world.randomness(8).hex()}",
        instance_id=instance.id,
        name=given["Name"],
        created=call.now,
        description=given.get("Description", ""),
        duration=duration,
        relay_state=given.get("RelayState", ""),
    )
    permission_sets.insert(call.tx, made)
    stored_tags.put(call.tx, KIND, made.id, own)
    return {"PermissionSet": _shown(instance, made)}


def describe_permission_set(call: Call) -> Output:
    """DescribePermissionSet."""
    instance = current(call)
    return {"PermissionSet": _shown(instance, current_set(call, instance))}


def list_permission_sets(call: Call) -> Output:
    """ListPermissionSets."""
    instance = current(call)
    found, more = permission_sets.page(
        call.tx, instance.id, after=pages.start_of(call), limit=pages.size_of(call)
    )
    arns = [each.arn(instance.partition) for each in found]
    return {"PermissionSets": arns, **pages.end(found[-1].id if found else "", more=more)}


def update_permission_set(call: Call) -> Output:
    """UpdatePermissionSet: a member that isn't given stays as it is."""
    found, given = current_set(call, current(call)), call.input
    changed = replace(
        found,
        description=given.get("Description", found.description),
        duration=given.get("SessionDuration", found.duration),
        relay_state=given.get("RelayState", found.relay_state),
    )
    durations.check(changed.duration)
    permission_sets.revise(call.tx, changed)
    return {}


def delete_permission_set(call: Call) -> Output:
    """DeletePermissionSet."""
    found = current_set(call, current(call))
    if is_used(call.tx, found):
        raise conflict("The permission set is assigned to accounts. Delete these assignments first.")
    permission_sets.remove(call.tx, found)
    return {}


def to_create(call: Call) -> tuple[Demand, ...]:
    """On the instance, and on a set of it, whatever its id will be; with the tags of the request."""
    made = SsoArn(read_arn(call.input[INSTANCE]).instance, "*", call.partition)
    keys = tags.request_keys(call)
    return on_one(call, call.input[INSTANCE], keys=keys), on_one(call, str(made), keys=keys)


def _shown(instance: Instance, found: PermissionSet) -> dict[str, object]:
    optional = {"Description": found.description, "RelayState": found.relay_state}
    return {
        "Name": found.name,
        "PermissionSetArn": found.arn(instance.partition),
        "CreatedDate": found.created,
        "SessionDuration": found.duration,
        **{member: value for member, value in optional.items() if value},
    }


OPERATIONS: dict[str, Operation] = {
    "CreatePermissionSet": writes(create_permission_set, to_create),
    "DescribePermissionSet": reads(describe_permission_set, on(INSTANCE, SET)),
    "ListPermissionSets": reads(list_permission_sets, on(INSTANCE)),
    "UpdatePermissionSet": writes(update_permission_set, on(INSTANCE, SET)),
    "DeletePermissionSet": writes(delete_permission_set, on(INSTANCE, SET)),
}
