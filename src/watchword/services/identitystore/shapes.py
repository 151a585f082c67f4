"""Users, groups and memberships as answers have them.

Source: Identity Store API Reference, User, Group, GroupMembership.
"""

from collections.abc import Sequence
from typing import Any

from watchword.identity.center.attributes import EXTENSIONS
from watchword.services.operation import Call
from watchword.store.identity_center import external_ids
from watchword.store.identity_center.external_ids import ExternalId
from watchword.store.identity_center.groups import Group
from watchword.store.identity_center.memberships import Membership
from watchword.store.identity_center.users import User

Shown = dict[str, Any]
_STATUS = {True: "ENABLED", False: "DISABLED"}


def users(call: Call, found: Sequence[User]) -> list[Shown]:
    """Users whole; extensions only where they are asked for."""
    theirs = _external_ids(call, [each.id for each in found])
    return [_user(call, each) | _listed(theirs.get(each.id)) for each in found]


def groups(call: Call, found: Sequence[Group]) -> list[Shown]:
    """Groups whole."""
    theirs = _external_ids(call, [each.id for each in found])
    return [_group(call, each) | _listed(theirs.get(each.id)) for each in found]


def membership(call: Call, found: Membership) -> Shown:
    return {
        **new_membership(call, found),
        "GroupId": found.group_id,
        "MemberId": {"UserId": found.user_id},
        "CreatedAt": found.created,
        "CreatedBy": found.created_by,
        "UpdatedAt": found.created,
        "UpdatedBy": found.created_by,
    }


def new_user(call: Call, user: User) -> Shown:
    """What the answer to a change says."""
    return {
        "IdentityStoreId": user.directory,
        "UserId": user.id,
        "UserArn": _arn(call, "user", user.id),
        "Revision": str(user.revision),
    }


def new_group(call: Call, group: Group) -> Shown:
    return {
        "IdentityStoreId": group.directory,
        "GroupId": group.id,
        "GroupArn": _arn(call, "group", group.id),
        "Revision": str(group.revision),
    }


def new_membership(call: Call, found: Membership) -> Shown:
    return {
        "IdentityStoreId": found.directory,
        "MembershipId": found.id,
        "MembershipArn": _arn(call, "membership", found.id),
    }


def _user(call: Call, user: User) -> Shown:
    asked = call.input.get("Extensions", ())
    attributes = {member: value for member, value in user.attributes.items() if member != EXTENSIONS}
    extensions = {name: each for name, each in user.attributes.get(EXTENSIONS, {}).items() if name in asked}
    return {
        **new_user(call, user),
        "UserName": user.name,
        **attributes,
        **({EXTENSIONS: extensions} if extensions else {}),
        "UserStatus": _STATUS[user.enabled],
        **_authorship(user),
    }


def _group(call: Call, group: Group) -> Shown:
    described = {"Description": group.description} if group.description else {}
    return {**new_group(call, group), "DisplayName": group.name, **described, **_authorship(group)}


def _authorship(of: User | Group) -> Shown:
    return {
        "CreatedAt": of.created,
        "CreatedBy": of.created_by,
        "UpdatedAt": of.updated,
        "UpdatedBy": of.updated_by,
    }


def _external_ids(call: Call, owners: Sequence[str]) -> dict[str, list[ExternalId]]:
    found: dict[str, list[ExternalId]] = {}
    for each in external_ids.of_all(call.tx, owners) if owners else ():
        found.setdefault(each.owner_id, []).append(each)
    return found


def _listed(theirs: list[ExternalId] | None) -> Shown:
    if not theirs:
        return {}
    return {"ExternalIds": [{"Issuer": each.issuer, "Id": each.external_id} for each in theirs]}


def _arn(call: Call, kind: str, its_id: str) -> str:
    return f"arn:{call.partition}:identitystore:::{kind}/{its_id}"
