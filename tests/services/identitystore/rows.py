"""How each operation of a directory is called: what a row is stands in tests/services/rows.py."""

from typing import Any

from tests.services.rows import Refused, Row, Step, Without

STORE = {"IdentityStoreId": "<directory>"}
NOBODY, NO_STORE = "00000000-0000-4000-8000-000000000000", "d-0000000000"
ANN, OPS = {**STORE, "UserId": "<person_ann>"}, {**STORE, "GroupId": "<team_ops>"}
MEMBERSHIP = {**STORE, "MembershipId": "<in_team>"}
NO_USER = Refused("ResourceNotFoundException", UserId=NOBODY)
NO_GROUP = Refused("ResourceNotFoundException", GroupId=NOBODY)
NO_MEMBERSHIP = Refused("ResourceNotFoundException", MembershipId=NOBODY)
NO_MEMBER = Refused("ResourceNotFoundException", MemberId={"UserId": NOBODY})
NO_DIRECTORY = Refused("ResourceNotFoundException", IdentityStoreId=NO_STORE)
STALE = {"Revision": "99"}


def person(name: str) -> dict[str, Any]:
    return {
        **STORE,
        "UserName": name,
        "DisplayName": name,
        "Name": {"GivenName": name, "FamilyName": "Example"},
        "Emails": [{"Value": f"{name}@example.com", "Primary": True}],
    }


def attribute(path: str, value: str) -> dict[str, Any]:
    return {"Operations": [{"AttributePath": path, "AttributeValue": value}]}


def known_by(path: str, value: str) -> dict[str, Any]:
    return {"AlternateIdentifier": {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}}


def member(user: str, group: str) -> dict[str, Any]:
    return {**STORE, "GroupId": group, "MemberId": {"UserId": user}}


SCENE = [
    Step("sso-admin:CreateInstance", {"Name": "main"}, instance="InstanceArn"),
    Step("sso-admin:ListInstances", {}, directory="Instances.0.IdentityStoreId"),
    *(
        Step("CreateUser", person(name), **{f"person_{name}": "UserId"})
        for name in ("ann", "bob", "dan", "gone")
    ),
    *(
        Step("CreateGroup", {**STORE, "DisplayName": name}, **{f"team_{name}": "GroupId"})
        for name in ("ops", "dev", "old")
    ),
    Step("CreateGroupMembership", member("<person_ann>", "<team_ops>"), in_team="MembershipId"),
    Step("CreateGroupMembership", member("<person_ann>", "<team_dev>")),
    Step("CreateGroupMembership", member("<person_bob>", "<team_ops>")),
    Step("CreateGroupMembership", member("<person_dan>", "<team_ops>"), left_team="MembershipId"),
]

ROWS = {
    "CreateUser": Row(
        person("cid"), missing=NO_DIRECTORY, conflict=Refused("ConflictException", UserName="ANN")
    ),
    "DescribeUser": Row(ANN, missing=NO_USER),
    "UpdateUser": Row(
        {**ANN, **attribute("title", "Chief")},
        missing=NO_USER,
        conflict=Refused("ConflictException", **STALE),
    ),
    "DeleteUser": Row(
        {**STORE, "UserId": "<person_gone>"},
        missing=NO_USER,
        conflict=Refused("ConflictException", **ANN, **STALE),
    ),
    "GetUserId": Row(
        {**STORE, **known_by("userName", "Ann")},
        missing=Refused("ResourceNotFoundException", **known_by("userName", "nobody")),
    ),
    "ListUsers": Row(STORE, missing=NO_DIRECTORY, pages=1),
    "CreateGroup": Row(
        {**STORE, "DisplayName": "new"},
        missing=NO_DIRECTORY,
        conflict=Refused("ConflictException", DisplayName="OPS"),
    ),
    "DescribeGroup": Row(OPS, missing=NO_GROUP),
    "UpdateGroup": Row(
        {**OPS, **attribute("description", "x")},
        missing=NO_GROUP,
        conflict=Refused("ConflictException", **STALE),
    ),
    "DeleteGroup": Row(
        {**STORE, "GroupId": "<team_old>"},
        missing=NO_GROUP,
        conflict=Refused("ConflictException", **OPS, **STALE),
    ),
    "GetGroupId": Row(
        {**STORE, **known_by("displayName", "Ops")},
        missing=Refused("ResourceNotFoundException", **known_by("displayName", "none")),
    ),
    "ListGroups": Row(STORE, missing=NO_DIRECTORY, pages=1),
    "CreateGroupMembership": Row(
        member("<person_bob>", "<team_dev>"),
        missing=NO_GROUP,
        conflict=Refused("ConflictException", GroupId="<team_ops>"),
    ),
    "DescribeGroupMembership": Row(MEMBERSHIP, missing=NO_MEMBERSHIP),
    "DeleteGroupMembership": Row(
        {**STORE, "MembershipId": "<left_team>"},
        missing=NO_MEMBERSHIP,
        conflict=Without("nothing is in its way"),
    ),
    "GetGroupMembershipId": Row(member("<person_ann>", "<team_ops>"), missing=NO_GROUP),
    "ListGroupMemberships": Row(OPS, missing=NO_GROUP, pages=1),
    "ListGroupMembershipsForMember": Row(
        {**STORE, "MemberId": {"UserId": "<person_ann>"}}, missing=NO_MEMBER, pages=1
    ),
    "IsMemberInGroups": Row(
        {**STORE, "MemberId": {"UserId": "<person_ann>"}, "GroupIds": ["<team_ops>", "<team_dev>"]},
        missing=NO_MEMBER,
    ),
    "DescribeIdentityStore": Row(STORE, missing=NO_DIRECTORY),
    "ListIdentityStores": Row(pages=Without("there is one")),
}
OTHERS: dict[str, str] = {}
