"""Tags of trust anchors, profiles, revocation lists and subjects.

Source: IAM Roles Anywhere API Reference, TagResource, UntagResource, ListTagsForResource. Listing needs
permission for no resource.
"""

from collections.abc import Mapping

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.identity import tags as tag_rules
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.rolesanywhere.errors import too_many_tags
from watchword.services.rolesanywhere.named import demand, look_up, on_everything, read_arn, still
from watchword.store import tags

ERROR = "ValidationException"


def given(call: Call, kind: str) -> dict[str, str]:
    """The tags in a request. Raises ValidationException and TooManyTagsException."""
    listed = [{"Key": each["key"], "Value": each["value"]} for each in call.input.get("tags", ())]
    found = tag_rules.read(kind, listed, ERROR)
    _check_total(found)
    return found


def request_keys(call: Call) -> dict[str, ContextValue]:
    """Condition keys of the tags in a request."""
    found = {each["key"]: each["value"] for each in call.input.get("tags", ())}
    if not found:
        return {}
    return {"aws:TagKeys": tuple(found), **{f"aws:RequestTag/{key}": value for key, value in found.items()}}


def to_create(call: Call) -> tuple[Demand, ...]:
    """For operations that make something, with tags."""
    return (Demand(f"rolesanywhere:{call.name}", "*", call.account, request_keys(call)),)


def tag_resource(call: Call) -> Output:
    """TagResource."""
    named = read_arn(call.input["resourceArn"])
    record, added = still(call, named), given(call, named.kind)
    _check_total(tags.of(call.tx, named.kind, record.id) | added)
    tags.put(call.tx, named.kind, record.id, added)
    return {}


def untag_resource(call: Call) -> Output:
    """UntagResource."""
    named = read_arn(call.input["resourceArn"])
    tags.remove(call.tx, named.kind, still(call, named).id, call.input["tagKeys"])
    return {}


def list_tags_for_resource(call: Call) -> Output:
    """ListTagsForResource."""
    named = read_arn(call.input["resourceArn"])
    found = tags.of(call.tx, named.kind, still(call, named).id)
    return {"tags": [{"key": key, "value": value} for key, value in found.items()]}


def to_list(call: Call) -> tuple[Demand, ...]:
    """The action on everything; the resource is looked up with it."""
    look_up(call, read_arn(call.input["resourceArn"]))
    return on_everything(call)


def on_resource(call: Call) -> tuple[Demand, ...]:
    """The action on what is tagged, with the tags of the request."""
    keys = request_keys(call)
    if "tagKeys" in call.input:
        keys = {"aws:TagKeys": tuple(call.input["tagKeys"])}
    return (demand(call, read_arn(call.input["resourceArn"]), keys),)


def _check_total(found: Mapping[str, str]) -> None:
    if len(found) > tag_rules.MAX_TAGS:
        raise too_many_tags(tag_rules.MAX_TAGS)


OPERATIONS: dict[str, Operation] = {
    "TagResource": writes(tag_resource, on_resource),
    "UntagResource": writes(untag_resource, on_resource),
    "ListTagsForResource": reads(list_tags_for_resource, to_list),
}
