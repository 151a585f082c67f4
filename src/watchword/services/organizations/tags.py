"""Tags of roots, units, accounts and policies.

Source: AWS Organizations API Reference, TagResource; User Guide, "Tagging AWS Organizations resources": a
resource has at most 50 tags, and case counts in their keys.
"""

from collections.abc import Mapping, Sequence

from watchword.identity import tags as rules
from watchword.names import nouns
from watchword.names.fold import fold
from watchword.organizations.refusals import invalid, refusal, violates
from watchword.organizations.tree import target
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current, pages
from watchword.services.organizations.demands import For, on
from watchword.store import tags
from watchword.store.organizations import policies, resource_policies


def put_given(call: Call, resource_id: str) -> None:
    """Stores the tags in the input, if there are any."""
    given = _read(call.input.get("Tags", ()))
    held = tags.of(call.tx, nouns.IN_ORGANIZATION, resource_id)
    if len(held | given) > rules.MAX_TAGS:
        raise violates("MAX_TAG_LIMIT_EXCEEDED", f"A resource has at most {rules.MAX_TAGS} tags.")
    tags.put(call.tx, nouns.IN_ORGANIZATION, resource_id, given)


def tag_resource(call: Call) -> Output:
    """TagResource."""
    put_given(call, _resource(call))
    return {}


def untag_resource(call: Call) -> Output:
    """UntagResource."""
    tags.remove(call.tx, nouns.IN_ORGANIZATION, _resource(call), call.input["TagKeys"])
    return {}


def list_tags(call: Call) -> Output:
    """ListTagsForResource: all of them fit on one page."""
    resource = _resource(call)
    pages.start_of(call)
    return {"Tags": rules.written(tags.of(call.tx, nouns.IN_ORGANIZATION, resource))}


def _resource(call: Call) -> str:
    """The id of the resource that is tagged. Raises TargetNotFoundException."""
    here, resource_id = current.organization(call), call.input["ResourceId"]
    policy = policies.by_id(call.tx, resource_id) if resource_id.startswith("p-") else None
    own = resource_policies.of_organization(call.tx, here.id) if resource_id.startswith("rp-") else None
    if target(call.tx, here, resource_id) or (policy and policy.organization == here.id):
        return str(resource_id)
    if own and own.id == resource_id:
        return own.id
    raise refusal("TargetNotFoundException")


def _read(given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The tags of a request. Raises InvalidInputException for a key that is given twice, or is reserved."""
    read = {tag["Key"]: tag["Value"] for tag in given}
    if len(read) < len(given):
        raise invalid(
            "DUPLICATE_TAG_KEY", "Tag keys must be unique among the tags attached to the same entity."
        )
    if any(fold(key).startswith(rules.RESERVED) for key in read):
        raise invalid("INVALID_SYSTEM_TAGS_PARAMETER", "You can't add tags whose keys begin with aws:.")
    return read


OPERATIONS: dict[str, Operation] = {
    "TagResource": writes(tag_resource, on("ResourceId")),
    "UntagResource": writes(untag_resource, on("ResourceId")),
    "ListTagsForResource": reads(list_tags, on("ResourceId", by=For.DELEGATED)),
}
