"""Groups: CreateGroup and its siblings.

Source: Identity Store API Reference, CreateGroup, UpdateGroup, GetGroupId, ListGroups (filters).
"""

from collections.abc import Mapping
from dataclasses import replace

from watchword.access import Demand
from watchword.identity.center import attributes, people
from watchword.identity.center.refusals import GROUP, invalid, not_in_directory
from watchword.names import nouns
from watchword.services.directories import For
from watchword.services.identitystore import pages, shapes
from watchword.services.identitystore.alternate import alternate, looked_up
from watchword.services.identitystore.demands import author, bare, current, on, on_these
from watchword.services.identitystore.users import check_revision, filtered
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import Transaction
from watchword.store.identity_center import groups
from watchword.store.identity_center.groups import Group

_ENTITY = "group/{GroupId}"


def create_group(call: Call) -> Output:
    """CreateGroup. AWS lets the name be left out of the request, and of no group."""
    by, given = author(call), call.input
    if not given.get("DisplayName"):
        raise invalid("DisplayName must be given.")
    made = people.add_group(call.tx, by, given["DisplayName"], given.get("Description", ""))
    return shapes.new_group(call, made)


def describe_group(call: Call) -> Output:
    """DescribeGroup."""
    (shown,) = shapes.groups(call, [group_of(call)])
    return shown


def update_group(call: Call) -> Output:
    """UpdateGroup: all operations or none. The name can't be removed."""
    by, group = author(call), group_of(call)
    check_revision(call, group.revision)
    wanted = {"DisplayName": group.name, "Description": group.description}
    for each in call.input["Operations"]:
        member, value = attributes.member_of(each["AttributePath"]), each.get("AttributeValue")
        if member not in wanted:
            raise invalid(f"Attribute path {each['AttributePath']} is not supported.")
        wanted[member] = "" if value is None else value
    _check(call, wanted)
    changed = replace(group, name=wanted["DisplayName"], description=wanted["Description"])
    return shapes.new_group(call, people.change_group(call.tx, by, changed))


def delete_group(call: Call) -> Output:
    """DeleteGroup, with memberships and assignments."""
    group = group_of(call)
    check_revision(call, group.revision)
    people.remove_group(call.tx, group)
    return {}


def get_group_id(call: Call) -> Output:
    """GetGroupId: the group that was decided on."""
    current(call)
    found = looked_up(call, nouns.DIRECTORY_GROUP)
    if not isinstance(found, Group):
        raise not_in_directory(GROUP, "")
    shown = shapes.new_group(call, found)
    return {member: shown[member] for member in ("IdentityStoreId", "GroupId", "GroupArn")}


def list_groups(call: Call) -> Output:
    """ListGroups: all, or the one of a name."""
    directory = current(call).directory
    if call.input.get("Filters"):
        found = groups.named(call.tx, directory, filtered(call, "DisplayName"))
        return {"Groups": shapes.groups(call, [found] if found else [])}
    page, more = groups.page(call.tx, directory, after=pages.start_of(call), limit=pages.size_of(call))
    last = page[-1].id if page else ""
    return {"Groups": shapes.groups(call, page), **pages.end(last, more=more)}


def group_of(call: Call) -> Group:
    """The group that GroupId names. Raises ResourceNotFoundException."""
    return group_at(call, call.input["GroupId"])


def group_at(call: Call, reference: str) -> Group:
    """The group of that id or ARN. Raises ResourceNotFoundException."""
    found = groups.by_id(call.tx, current(call).directory, bare(reference))
    if found is None:
        raise not_in_directory(GROUP, bare(reference))
    return found


def to_find(call: Call) -> tuple[Demand, ...]:
    """On the group that is found; on all where there is none."""
    found = alternate(call, nouns.DIRECTORY_GROUP, _unique)
    return on_these(call, (f"group/{found.id if found else '*'}",), For.MEMBERS)


def _unique(tx: Transaction, directory: str, path: str, value: str) -> Group | None:
    if attributes.member_of(path) != "DisplayName":
        raise invalid(f"{path} is not a unique attribute: displayName is.")
    return groups.named(tx, directory, value)


def _check(call: Call, wanted: Mapping[str, object]) -> None:
    """Whether a group can have these, by the model of CreateGroup. Raises ValidationException."""
    given = {member: value for member, value in wanted.items() if value != ""}
    if not all(isinstance(value, str) for value in given.values()) or "DisplayName" not in given:
        raise invalid("DisplayName and Description must be text, and a group has a name.")
    model = call.world.models.service("identitystore").operation("CreateGroup")
    model.check({"IdentityStoreId": "d-0000000000", **given})


OPERATIONS: dict[str, Operation] = {
    "CreateGroup": writes(create_group, on()),
    "DescribeGroup": reads(describe_group, on(_ENTITY, by=For.MEMBERS)),
    "UpdateGroup": writes(update_group, on(_ENTITY)),
    "DeleteGroup": writes(delete_group, on(_ENTITY)),
    "GetGroupId": reads(get_group_id, to_find),
    "ListGroups": reads(list_groups, on("group/*", by=For.MEMBERS)),
}
