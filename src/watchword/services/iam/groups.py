"""Groups and their members."""

from watchword.identity import removal
from watchword.identity.quotas import check_quota
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.entity_types import GROUP, USER
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import groups
from watchword.store.iam.groups import Group


def create_group(call: Call) -> Output:
    """CreateGroup."""
    group = Group(**GROUP.new_entity(call))
    groups.insert(call.tx, group)
    return {"Group": shapes.group(group)}


def get_group(call: Call) -> Output:
    """GetGroup: the group with a page of its members."""
    group = GROUP.of(call)
    found, more = groups.members(call.tx, group.id, after=pages.start_of(call), limit=pages.size_of(call))
    end = pages.end(found[-1].name if found else "", more=more)
    return {"Group": shapes.group(group), "Users": [shapes.user(user) for user in found], **end}


def list_groups(call: Call) -> Output:
    """ListGroups."""
    found, more = groups.page(
        call.tx,
        call.account,
        path_prefix=call.input.get("PathPrefix", "/"),
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    return _listed(found, more=more)


def update_group(call: Call) -> Output:
    """UpdateGroup: sets the name, the path or both."""
    group = GROUP.of(call)
    name, path = call.input.get("NewGroupName", group.name), call.input.get("NewPath", group.path)
    GROUP.check_free(call, name, renamed=group)
    groups.rename(call.tx, group, name=name, path=path)
    return {}


def delete_group(call: Call) -> Output:
    """DeleteGroup."""
    removal.remove_group(call.tx, GROUP.of(call))
    return {}


def add_user_to_group(call: Call) -> Output:
    """AddUserToGroup. Adding a member again succeeds."""
    group, user = GROUP.of(call), USER.other_entity(call)
    current = groups.of_user(call.tx, user.id)
    if group not in current:
        check_quota("GroupsPerUser", len(current) + 1)
        groups.add_member(call.tx, group, user)
    return {}


def remove_user_from_group(call: Call) -> Output:
    """RemoveUserFromGroup. Removing a user who isn't a member succeeds."""
    groups.remove_member(call.tx, GROUP.of(call), USER.other_entity(call))
    return {}


def list_groups_for_user(call: Call) -> Output:
    """ListGroupsForUser."""
    user = USER.of(call)
    found, more = groups.page_of_user(call.tx, user.id, after=pages.start_of(call), limit=pages.size_of(call))
    return _listed(found, more=more)


def _listed(found: list[Group], *, more: bool) -> Output:
    end = pages.end(found[-1].name if found else "", more=more)
    return {"Groups": [shapes.group(group) for group in found], **end}


OPERATIONS: dict[str, Operation] = {
    "CreateGroup": writes(create_group, demands.on_new(GROUP)),
    "GetGroup": reads(get_group, demands.on(GROUP)),
    "ListGroups": reads(list_groups, demands.on_all("group")),
    "UpdateGroup": writes(update_group, demands.on_both_names(GROUP, new="NewGroupName")),
    "DeleteGroup": writes(delete_group, demands.on(GROUP)),
    "AddUserToGroup": writes(add_user_to_group, demands.on(GROUP)),
    "RemoveUserFromGroup": writes(remove_user_from_group, demands.on(GROUP)),
    "ListGroupsForUser": reads(list_groups_for_user, demands.on(USER)),
}
