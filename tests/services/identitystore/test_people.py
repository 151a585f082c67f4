"""People and groups of a directory: what they can be, how they are changed, found and told apart."""

import uuid
from typing import Any

import pytest
from tests.services.sso_admin.harness import Center, code

from watchword.testing import Server

ENTERPRISE = "aws:identitystore:enterprise"
WHOLE: dict[str, Any] = {
    "Name": {"GivenName": "Ann", "FamilyName": "Example", "MiddleName": "B.", "HonorificPrefix": "Dr."},
    "DisplayName": "Ann Example",
    "NickName": "annie",
    "ProfileUrl": "https://example.com/ann",
    "Addresses": [{"StreetAddress": "Road 1", "Locality": "Oslo", "Country": "NO", "Primary": True}],
    "PhoneNumbers": [{"Value": "+47 1234", "Type": "work", "Primary": True}],
    "UserType": "employee",
    "Title": "Engineer",
    "PreferredLanguage": "nb-NO",
    "Locale": "nb-NO",
    "Timezone": "Europe/Oslo",
    "Photos": [{"Value": "https://example.com/ann.png"}],
    "Website": "https://example.com",
    "Birthdate": "1990-01-01",
    "Roles": [{"Value": "lead", "Primary": True}],
}


@pytest.fixture(scope="module")
def center() -> Any:
    with Server.start() as server:
        yield Center(server)


@pytest.fixture
def ann(center: Center) -> dict[str, Any]:
    """The members that name a new user."""
    return {"IdentityStoreId": center.directory, "UserId": center.user(f"ann-{uuid.uuid4()}")}


def update(center: Center, ann: dict[str, Any], path: str, *value: Any, **more: Any) -> dict[str, Any]:
    """The user after one operation; without a value, it removes."""
    operation = {"AttributePath": path} | ({"AttributeValue": value[0]} if value else {})
    center.people.update_user(**ann, Operations=[operation], **more)
    return shown(center, ann)


def shown(center: Center, ann: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = center.people.describe_user(**ann, Extensions=[ENTERPRISE])
    del found["ResponseMetadata"]
    return found


def test_everything_is_shown_as_it_was_given(center: Center) -> None:
    extension = {ENTERPRISE: {"department": "R&D", "manager": {"value": "bob"}}}
    given = WHOLE | {"Emails": [{"Value": "whole@example.com", "Type": "work", "Primary": True}]}
    named = {
        "IdentityStoreId": center.directory,
        "UserId": center.user("whole", **given, Extensions=extension),
    }
    found = shown(center, named)
    assert {member: found[member] for member in given} == given
    assert (found["Extensions"], found["UserStatus"], found["Revision"]) == (extension, "ENABLED", "1")
    assert found["CreatedBy"] == f"arn:aws:iam::{center.account}:root"
    assert "Extensions" not in center.people.describe_user(**named)


WRONG: dict[str, dict[str, Any]] = {
    "a name with a space": {"UserName": "a b"},
    "a reserved name": {"UserName": "administrator"},
    "no display name": {"DisplayName": None},
    "no name": {"Name": None},
    "no family name": {"Name": {"GivenName": "Ann"}},
    "a control character": {"Title": "a\x07b"},
    "two addresses": {"Emails": [{"Value": "a@example.com"}, {"Value": "b@example.com"}]},
    "an unknown extension": {"Extensions": {"aws:identitystore:other": {"a": "b"}}},
    "an unknown attribute of the extension": {"Extensions": {ENTERPRISE: {"salary": "1"}}},
    "a number in the extension": {"Extensions": {ENTERPRISE: {"department": 1}}},
    "a huge extension": {"Extensions": {ENTERPRISE: {"department": "x" * 5000}}},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_user_can_not_be(center: Center, name: str) -> None:
    given = {"UserName": "wrong", "DisplayName": "x", "Name": {"GivenName": "x", "FamilyName": "y"}}
    given |= WRONG[name]
    given = {member: value for member, value in given.items() if value is not None}
    create = center.people.create_user
    assert code(create, IdentityStoreId=center.directory, **given) == "ValidationException"


CHANGES: list[tuple[str, Any, str, Any]] = [
    ("displayName", "Ann", "DisplayName", "Ann"),
    ("DisplayName", "Ann B.", "DisplayName", "Ann B."),
    ("name.familyName", "New", "Name.FamilyName", "New"),
    ("name", {"givenName": "A", "familyName": "B"}, "Name", {"GivenName": "A", "FamilyName": "B"}),
    ("emails", [{"value": "a@e.com", "primary": True}], "Emails", [{"Value": "a@e.com", "Primary": True}]),
    ("addresses", [{"locality": "Bergen"}], "Addresses", [{"Locality": "Bergen"}]),
    ("title", "Chief", "Title", "Chief"),
    (f"{ENTERPRISE}.costCenter", "42", "Extensions", {ENTERPRISE: {"costCenter": "42"}}),
]


@pytest.mark.parametrize(("path", "value", "member", "expected"), CHANGES)
def test_an_attribute_is_changed(
    center: Center, ann: dict[str, Any], path: str, value: Any, member: str, expected: Any
) -> None:
    found: Any = update(center, ann, path, value)
    assert found["Revision"] == "2"
    for name in member.split("."):
        found = found[name]
    assert found == expected


def test_an_attribute_is_removed(center: Center, ann: dict[str, Any]) -> None:
    update(center, ann, "nickName", "annie")
    update(center, ann, f"{ENTERPRISE}.department", "R&D")
    assert "NickName" not in update(center, ann, "nickName")
    assert "Extensions" not in update(center, ann, f"{ENTERPRISE}.department")


REFUSED: list[tuple[str, Any]] = [
    ("displayName", ()),
    ("name", ()),
    ("name.givenName", ()),
    ("userName", ()),
    ("userName", ("a b",)),
    ("userId", ("x",)),
    ("userStatus", ("DISABLED",)),
    ("emails.value", ("a@example.com",)),
    ("title", (1,)),
    ("title", ({"a": "b"},)),
    ("title", ("x" * 1025,)),
    ("emails", ("a@example.com",)),
    ("emails", ([{"unknown": "x"}],)),
    ("aws:other:extension.a", ("x",)),
]


@pytest.mark.parametrize(("path", "value"), REFUSED)
def test_what_can_not_be_changed(center: Center, ann: dict[str, Any], path: str, value: Any) -> None:
    before = shown(center, ann)
    operation = {"AttributePath": path} | ({"AttributeValue": value[0]} if value else {})
    change = center.people.update_user
    good = {"AttributePath": "nickName", "AttributeValue": "x"}
    assert code(change, **ann, Operations=[good, operation]) == "ValidationException"
    assert shown(center, ann) == before


@pytest.mark.parametrize("whole", ["name", ENTERPRISE])
def test_what_is_no_structure_has_no_parts(center: Center, ann: dict[str, Any], whole: str) -> None:
    parts = {"name": "name.givenName", ENTERPRISE: f"{ENTERPRISE}.division"}
    operations = [{"AttributePath": path, "AttributeValue": "x"} for path in (whole, parts[whole])]
    assert code(center.people.update_user, **ann, Operations=operations) == "ValidationException"


def test_a_stale_revision_changes_nothing(center: Center, ann: dict[str, Any]) -> None:
    change, operations = center.people.update_user, [{"AttributePath": "title", "AttributeValue": "x"}]
    change(**ann, Operations=operations, Revision="1")
    for call, given in ((change, {"Operations": operations}), (center.people.delete_user, {})):
        assert code(call, **ann, **given, Revision="1") == "ConflictException"


def test_names_and_addresses_are_unique_whatever_their_case(center: Center, ann: dict[str, Any]) -> None:
    address = [{"Value": "Straße@example.com"}]
    center.user("Straße", Emails=address)
    for given in ({"UserName": "STRASSE"}, {"Emails": [{"Value": "STRASSE@EXAMPLE.COM"}]}):
        named = {"UserName": "other", "DisplayName": "x", "Name": {"GivenName": "x", "FamilyName": "y"}}
        create = center.people.create_user
        refused = code(create, IdentityStoreId=center.directory, **(named | given))
        assert refused == "ConflictException"
    change = {"AttributePath": "userName", "AttributeValue": "strasse"}
    assert code(center.people.update_user, **ann, Operations=[change]) == "ConflictException"


def test_people_are_found(center: Center) -> None:
    bob = center.user("Bob", Emails=[{"Value": "bob@example.com"}])
    team = center.group("Team")

    def found(call: Any, path: str, value: str) -> str:
        unique = {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}
        answer = call(IdentityStoreId=center.directory, AlternateIdentifier=unique)
        return str(answer.get("UserId") or answer.get("GroupId"))

    assert found(center.people.get_user_id, "userName", "bob") == bob
    assert found(center.people.get_user_id, "emails.value", "BOB@example.com") == bob
    assert found(center.people.get_group_id, "displayName", "TEAM") == team
    for call, given in (
        (center.people.get_user_id, {"AttributePath": "title", "AttributeValue": "x"}),
        (center.people.get_group_id, {"AttributePath": "description", "AttributeValue": "x"}),
        (center.people.get_user_id, {"AttributePath": "userName", "AttributeValue": {"a": "b"}}),
    ):
        asked = {"IdentityStoreId": center.directory, "AlternateIdentifier": {"UniqueAttribute": given}}
        assert code(call, **asked) == "ValidationException"
    by_name = [{"AttributePath": "UserName", "AttributeValue": "bob"}]
    (listed,) = center.people.list_users(IdentityStoreId=center.directory, Filters=by_name)["Users"]
    assert listed["UserId"] == bob


def test_an_arn_is_as_good_as_an_id(center: Center, ann: dict[str, Any]) -> None:
    store = f"arn:aws:identitystore::{center.account}:identitystore/{center.directory}"
    person = f"arn:aws:identitystore:::user/{ann['UserId']}"
    found = center.people.describe_user(IdentityStoreId=store, UserId=person)
    assert (found["UserId"], found["UserArn"]) == (ann["UserId"], person)


def test_memberships(center: Center, ann: dict[str, Any]) -> None:
    user, store = ann["UserId"], {"IdentityStoreId": center.directory}
    ops, dev = center.group(f"ops-{user}", user), center.group(f"dev-{user}")
    pair = {"GroupId": ops, "MemberId": {"UserId": user}}
    its_id = center.people.get_group_membership_id(**store, **pair)["MembershipId"]
    found = center.people.describe_group_membership(**store, MembershipId=its_id)
    assert {member: found[member] for member in pair} == pair
    asked = {"MemberId": {"UserId": user}, "GroupIds": [dev, ops]}
    results = center.people.is_member_in_groups(**store, **asked)["Results"]
    assert [(each["GroupId"], each["MembershipExists"]) for each in results] == [(dev, False), (ops, True)]
    center.people.delete_user(**ann)
    assert center.people.list_group_memberships(**store, GroupId=ops)["GroupMemberships"] == []
