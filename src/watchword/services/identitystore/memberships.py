"""Memberships: CreateGroupMembership and its siblings.

A membership is about its group and its user, and needs permission for both.
Source: Identity Store API Reference, CreateGroupMembership, IsMemberInGroups.
"""

from watchword.access import Demand
from watchword.identity.center import people
from watchword.identity.center.refusals import MEMBERSHIP, USER, invalid, not_in_directory
from watchword.services.directories import For
from watchword.services.identitystore import pages, shapes
from watchword.services.identitystore.demands import author, bare, current, directory_of, on, on_these
from watchword.services.identitystore.groups import group_at, group_of
from watchword.services.operation import Call, Demands, Operation, Output, reads, writes
from watchword.store.identity_center import memberships, users
from watchword.store.identity_center.memberships import Membership
from watchword.store.identity_center.users import User

_KIND = "membership"
_MEMBER, _GROUP = "user/{MemberId.UserId}", "group/{GroupId}"


def create_group_membership(call: Call) -> Output:
    """CreateGroupMembership."""
    by, group, user = author(call), group_of(call), _member(call)
    return shapes.new_membership(call, people.join(call.tx, by, group.id, user.id))


def describe_group_membership(call: Call) -> Output:
    """DescribeGroupMembership."""
    return shapes.membership(call, _current(call))


def delete_group_membership(call: Call) -> Output:
    """DeleteGroupMembership."""
    memberships.remove(call.tx, _current(call))
    return {}


def get_group_membership_id(call: Call) -> Output:
    """GetGroupMembershipId: the one that was decided on."""
    current(call)
    found: Membership | None = call.resolved[_KIND, ""]
    if found is None:
        raise not_in_directory(MEMBERSHIP, "")
    return shapes.new_membership(call, found)


def list_group_memberships(call: Call) -> Output:
    """ListGroupMemberships."""
    found, more = memberships.page_of_group(
        call.tx, group_of(call).id, after=pages.start_of(call), limit=pages.size_of(call)
    )
    return _listed(call, found, more=more)


def list_group_memberships_for_member(call: Call) -> Output:
    """ListGroupMembershipsForMember."""
    found, more = memberships.page_of_user(
        call.tx, _member(call).id, after=pages.start_of(call), limit=pages.size_of(call)
    )
    return _listed(call, found, more=more)


def is_member_in_groups(call: Call) -> Output:
    """IsMemberInGroups: an answer for each group, in the order of the request."""
    user = _member(call)
    asked = [group_at(call, each).id for each in call.input["GroupIds"]]
    there = set(memberships.groups_of(call.tx, user.id))
    results = [
        {"GroupId": each, "MemberId": {"UserId": user.id}, "MembershipExists": each in there}
        for each in asked
    ]
    return {"Results": results}


def to_ask(call: Call) -> tuple[Demand, ...]:
    """On the user, each group, and all memberships."""
    groups = dict.fromkeys(bare(each) for each in call.input["GroupIds"])
    resources = (f"user/{_member_id(call)}", *(f"group/{each}" for each in groups), "membership/*")
    return on_these(call, resources, For.MEMBERS)


def to_find(call: Call) -> tuple[Demand, ...]:
    """On the group, the user, and the membership that is found; on all where there is none."""
    group, user = bare(call.input["GroupId"]), _member_id(call)
    found = call.resolve(_KIND, "", lambda: _of_pair(call, group, user))
    its_id = found.id if found else "*"
    return on_these(call, (f"group/{group}", f"user/{user}", f"membership/{its_id}"), For.MEMBERS)


def on_membership(by: For) -> Demands:
    """On a membership, its group and its user; on all of these where there is no such membership."""

    def demands(call: Call) -> tuple[Demand, ...]:
        its_id = bare(call.input["MembershipId"])
        found = call.resolve(_KIND, its_id, lambda: _look(call, its_id))
        group, user = (found.group_id, found.user_id) if found else ("*", "*")
        return on_these(call, (f"group/{group}", f"membership/{its_id}", f"user/{user}"), by)

    return demands


def _of_pair(call: Call, group: str, user: str) -> Membership | None:
    here = directory_of(call)
    with call.world.database.read() as tx:
        found = memberships.of_pair(tx, group, user)
    return found if here and found and found.directory == here.instance.directory else None


def _look(call: Call, membership_id: str) -> Membership | None:
    found = directory_of(call)
    if found is None:
        return None
    with call.world.database.read() as tx:
        return memberships.by_id(tx, found.instance.directory, membership_id)


def _current(call: Call) -> Membership:
    """The membership that MembershipId names. Raises ResourceNotFoundException."""
    its_id = bare(call.input["MembershipId"])
    found = memberships.by_id(call.tx, current(call).directory, its_id)
    if found is None:
        raise not_in_directory(MEMBERSHIP, its_id)
    return found


def _member(call: Call) -> User:
    """The user that MemberId names. Raises ResourceNotFoundException."""
    user_id = _member_id(call)
    found = users.by_id(call.tx, current(call).directory, user_id)
    if found is None:
        raise not_in_directory(USER, user_id)
    return found


def _member_id(call: Call) -> str:
    """Raises ValidationException."""
    user_id = call.input["MemberId"].get("UserId")
    if not user_id:
        raise invalid("MemberId must have a UserId.")
    return bare(user_id)


def _listed(call: Call, found: list[Membership], *, more: bool) -> Output:
    last = found[-1].id if found else ""
    return {
        "GroupMemberships": [shapes.membership(call, each) for each in found],
        **pages.end(last, more=more),
    }


OPERATIONS: dict[str, Operation] = {
    "CreateGroupMembership": writes(create_group_membership, on(_GROUP, _MEMBER)),
    "DescribeGroupMembership": reads(describe_group_membership, on_membership(For.MEMBERS)),
    "DeleteGroupMembership": writes(delete_group_membership, on_membership(For.ADMINISTRATORS)),
    "GetGroupMembershipId": reads(get_group_membership_id, to_find),
    "ListGroupMemberships": reads(list_group_memberships, on(_GROUP, "membership/*", by=For.MEMBERS)),
    "ListGroupMembershipsForMember": reads(
        list_group_memberships_for_member, on(_MEMBER, "membership/*", by=For.MEMBERS)
    ),
    "IsMemberInGroups": reads(is_member_in_groups, to_ask),
}
