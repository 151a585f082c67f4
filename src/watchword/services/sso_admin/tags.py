"""Tags of instances and permission sets.

Source: IAM Identity Center API Reference, TagResource, UntagResource, ListTagsForResource.
"""

from collections.abc import Mapping

from watchword.access import Demand
from watchword.identity import tags as tag_rules
from watchword.identity.center.refusals import not_found, too_many
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.resources import Keys
from watchword.services.sso_admin import pages
from watchword.services.sso_admin.demands import check_not_of_owner, current, on_one, read_arn
from watchword.store import tags
from watchword.store.identity_center import instances, permission_sets

ERROR = "ValidationException"


def given(call: Call, kind: str) -> dict[str, str]:
    """The tags in a request. Raises ValidationException and ServiceQuotaExceededException."""
    found = tag_rules.read(kind, call.input.get("Tags", ()), ERROR)
    _check_total(found)
    return found


def request_keys(call: Call) -> Keys:
    """Condition keys of the tags in a request."""
    found = {each["Key"]: each["Value"] for each in call.input.get("Tags", ())}
    if not found:
        return {}
    return {"aws:TagKeys": tuple(found), **{f"aws:RequestTag/{key}": value for key, value in found.items()}}


def tag_resource(call: Call) -> Output:
    """TagResource."""
    kind, owner = _owner(call)
    added = given(call, kind)
    _check_total(tags.of(call.tx, kind, owner) | added)
    tags.put(call.tx, kind, owner, added)
    return {}


def untag_resource(call: Call) -> Output:
    """UntagResource."""
    kind, owner = _owner(call)
    tags.remove(call.tx, kind, owner, call.input["TagKeys"])
    return {}


def list_tags_for_resource(call: Call) -> Output:
    """ListTagsForResource."""
    kind, owner = _owner(call)
    found = tags.of(call.tx, kind, owner)
    keys, more = pages.part(call, sorted(found))
    return {"Tags": [{"Key": key, "Value": found[key]} for key in keys], **more}


def on_resource(call: Call) -> tuple[Demand, ...]:
    """The action on what is tagged, with the tags of the request."""
    keys = request_keys(call)
    if "TagKeys" in call.input:
        keys = {"aws:TagKeys": tuple(call.input["TagKeys"])}
    return (on_one(call, call.input["ResourceArn"], keys=keys),)


def _owner(call: Call) -> tuple[str, str]:
    """The kind and the id of what is tagged. Raises ResourceNotFoundException."""
    instance, named = current(call), read_arn(call.input["ResourceArn"])
    if named.instance != instance.id:
        raise not_found("The resource isn't of the instance.")
    if not named.permission_set:
        return instances.KIND, instance.id
    found = permission_sets.by_id(call.tx, instance.id, named.permission_set)
    if found is None:
        raise not_found(f"Could not find PermissionSet with id {named.permission_set}")
    if call.tx.writes:
        check_not_of_owner(call, instance, found)
    return permission_sets.KIND, found.id


def _check_total(found: Mapping[str, str]) -> None:
    if len(found) > tag_rules.MAX_TAGS:
        raise too_many(f"A resource has at most {tag_rules.MAX_TAGS} tags.")


OPERATIONS: dict[str, Operation] = {
    "TagResource": writes(tag_resource, on_resource),
    "UntagResource": writes(untag_resource, on_resource),
    "ListTagsForResource": reads(list_tags_for_resource, on_resource),
}
