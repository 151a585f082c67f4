"""Instances: CreateInstance and its siblings.

An account owns one instance at most. That of a management account is its organization's; AWS makes that one
in its console only. The permission sets of every instance are enabled from the start.
Source: IAM Identity Center API Reference, CreateInstance, UpdateInstance, DeleteInstance, ListInstances.
"""

from watchword.access import Demand
from watchword.identity.center.refusals import conflict, invalid
from watchword.services import directories
from watchword.services.directories import For
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.sso_admin import tags
from watchword.services.sso_admin.attached import PREFIX
from watchword.services.sso_admin.demands import INSTANCE, on, seen
from watchword.store import tags as stored_tags
from watchword.store.identity_center import (
    assignments,
    external_ids,
    groups,
    instances,
    memberships,
    permission_sets,
    requests,
    scim_tokens,
    users,
)
from watchword.store.identity_center.instances import KIND, Instance

ACTIVE, OWN_KEY = "ACTIVE", "AWS_OWNED_KMS_KEY"
_HERE_ONLY = "CURRENT_REGION"


def create_instance(call: Call) -> Output:
    """CreateInstance."""
    own = tags.given(call, KIND)
    if instances.of_account(call.tx, call.account):
        raise conflict(f"The account {call.account} has an instance of IAM Identity Center already.")
    drawn = call.world.randomness(13).hex()
    made = Instance(
        id=f"ssoins-{drawn[:16]}",
        account=call.account,
        region=call.context.region,
        directory=f"d-{drawn[16:]}",
        name=call.input.get("Name", ""),
        created=call.now,
        partition=call.partition,
    )
    instances.insert(call.tx, made)
    stored_tags.put(call.tx, KIND, made.id, own)
    return {"InstanceArn": made.arn}


def describe_instance(call: Call) -> Output:
    """DescribeInstance."""
    instance = seen(call)
    encryption = {"KeyType": OWN_KEY, "EncryptionStatus": "ENABLED"}
    return {
        **_shown(instance),
        "EncryptionConfigurationDetails": encryption,
        "PermissionSetsEnabled": True,
    }


def list_instances(call: Call) -> Output:
    """ListInstances: the account's own, and its organization's. They fit on a page."""
    owners = dict.fromkeys((call.account, directories.standing(call).management))
    found = [instances.of_account(call.tx, owner) for owner in owners if owner]
    here_only = call.input.get("RegionScope", _HERE_ONLY) == _HERE_ONLY
    regions = {call.context.region} if here_only else {each.region for each in found if each}
    return {"Instances": [_shown(each) for each in found if each and each.region in regions]}


def update_instance(call: Call) -> Output:
    """UpdateInstance: its name. What else could be changed is as it is here."""
    instance, given = seen(call), call.input
    if given.get("EncryptionConfiguration", {}).get("KeyType", OWN_KEY) != OWN_KEY:
        raise invalid("There are no keys of AWS KMS here.")
    if "NetworkConfiguration" in given:
        raise invalid("NetworkConfiguration isn't supported.")
    if given.get("PermissionSetsEnabled") is False:
        raise invalid("Permission sets can't be disabled.")
    if "Name" in given:
        instances.rename(call.tx, instance, given["Name"])
    return {}


def delete_instance(call: Call) -> Output:
    """DeleteInstance, with its directory and permission sets. Assignments are in the way."""
    instance = seen(call)
    if assignments.any_of(call.tx, instance.id):
        raise conflict("The instance has account assignments. Delete them first.")
    for each in permission_sets.all_of(call.tx, instance):
        permission_sets.remove(call.tx, each)
    memberships.remove_all(call.tx, instance.directory)
    external_ids.remove_directory(call.tx, instance.directory)
    scim_tokens.remove_directory(call.tx, instance.directory)
    users.remove_all(call.tx, instance.directory)
    groups.remove_all(call.tx, instance.directory)
    requests.remove_all(call.tx, instance)
    instances.remove(call.tx, instance)
    return {}


def to_create(call: Call) -> tuple[Demand, ...]:
    """On an instance, whatever its id will be, with the tags of the request."""
    arn = f"arn:{call.partition}:sso:::instance/*"
    return (Demand(PREFIX + call.name, arn, call.account, tags.request_keys(call)),)


def on_everything(call: Call) -> tuple[Demand, ...]:
    """For the operation that has no resource."""
    return (Demand(PREFIX + call.name, "*", call.account),)


def _shown(instance: Instance) -> dict[str, object]:
    region = {
        "RegionName": instance.region,
        "Status": ACTIVE,
        "AddedDate": instance.created,
        "IsPrimaryRegion": True,
    }
    return {
        "InstanceArn": instance.arn,
        "IdentityStoreId": instance.directory,
        "IdentityStoreArn": instance.directory_arn,
        "OwnerAccountId": instance.account,
        **({"Name": instance.name} if instance.name else {}),
        "CreatedDate": instance.created,
        "Status": ACTIVE,
        "PrimaryRegion": instance.region,
        "Regions": [region],
    }


OPERATIONS: dict[str, Operation] = {
    "CreateInstance": writes(create_instance, to_create),
    "DescribeInstance": reads(describe_instance, on(INSTANCE, by=For.MEMBERS)),
    "ListInstances": reads(list_instances, on_everything),
    "UpdateInstance": writes(update_instance, on(INSTANCE)),
    "DeleteInstance": writes(delete_instance, on(INSTANCE, by=For.OWNER)),
}
