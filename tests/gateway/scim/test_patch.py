"""What PATCH makes of a document: RFC 7644, section 3.5.2, and what Entra ID and Okta send."""

import copy
from typing import Any

import pytest

from watchword.gateway.scim import filters, groups, users
from watchword.gateway.scim.patch import MOST, patched
from watchword.names import AwsError

ANN = {
    "userName": "ann",
    "name": {"givenName": "Ann", "familyName": "Example"},
    "emails": [{"value": "ann@example.com", "type": "work", "primary": True}],
    "active": True,
}
TEAM = {"displayName": "ops", "members": [{"value": "1"}, {"value": "2"}]}
DEPARTMENT = f"{users.EXTENSION}:department"

Op = dict[str, Any]
CASES: list[tuple[Op, dict[str, Any]]] = [
    ({"op": "replace", "path": "userName", "value": "bob"}, {"userName": "bob"}),
    ({"op": "Replace", "path": "USERNAME", "value": "bob"}, {"userName": "bob"}),
    ({"op": "Add", "path": "title", "value": "x"}, {"title": "x"}),
    ({"op": "replace", "value": {"active": False}}, {"active": False}),
    ({"op": "Replace", "path": "active", "value": "False"}, {"active": "False"}),
    (
        {"op": "replace", "path": "name.givenName", "value": "A"},
        {"name": {"givenName": "A", "familyName": "Example"}},
    ),
    (
        {"op": "replace", "value": {"name.familyName": "B"}},
        {"name": {"givenName": "Ann", "familyName": "B"}},
    ),
    (
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "new@example.com"},
        {"emails": [{"value": "new@example.com", "type": "work", "primary": True}]},
    ),
    (
        {"op": "add", "path": 'emails[type eq "home"].value', "value": "h@example.com"},
        {"emails": [*ANN["emails"], {"type": "home", "value": "h@example.com"}]},
    ),
    ({"op": "remove", "path": 'emails[primary eq "true"]'}, {"emails": []}),
    ({"op": "remove", "path": "emails"}, {"emails": None}),
    ({"op": "add", "path": DEPARTMENT, "value": "R&D"}, {users.EXTENSION: {"department": "R&D"}}),
    ({"op": "add", "value": {DEPARTMENT: "R&D"}}, {users.EXTENSION: {"department": "R&D"}}),
    (
        {"op": "add", "value": {users.EXTENSION: {"division": "x"}, "title": "y"}},
        {users.EXTENSION: {"division": "x"}, "title": "y"},
    ),
    ({"op": "replace", "path": f"{users.CORE}:userName", "value": "bob"}, {"userName": "bob"}),
]


@pytest.mark.parametrize(("operation", "changed"), CASES, ids=lambda each: str(each)[:60])
def test_a_user_after_an_operation(operation: Op, changed: dict[str, Any]) -> None:
    before = copy.deepcopy(ANN)
    found = patched(ANN, {"Operations": [operation]}, users.SCHEMAS)
    expected = {name: value for name, value in {**ANN, **changed}.items() if value is not None}
    assert found == expected
    assert before == ANN


MEMBERS: list[tuple[Op, list[str]]] = [
    ({"op": "add", "path": "members", "value": [{"value": "3"}, {"value": "1"}]}, ["1", "2", "3"]),
    ({"op": "Add", "value": {"members": [{"value": "3"}]}}, ["1", "2", "3"]),
    ({"op": "remove", "path": 'members[value eq "1"]'}, ["2"]),
    ({"op": "Remove", "path": "members", "value": [{"value": "2"}]}, ["1"]),
    ({"op": "remove", "path": "members"}, []),
    ({"op": "replace", "path": "members", "value": [{"value": "9"}]}, ["9"]),
]


@pytest.mark.parametrize(("operation", "members"), MEMBERS, ids=lambda each: str(each)[:60])
def test_members_after_an_operation(operation: Op, members: list[str]) -> None:
    found = patched(TEAM, {"operations": [operation]}, groups.SCHEMAS)
    assert [each["value"] for each in found.get("members", [])] == members


def test_long_lists_are_read_once_for_each_operation() -> None:
    """Comparing each item with each other one takes minutes here, and nobody else changes anything then."""
    many = [{"value": str(number)} for number in range(50_000)]
    operations: list[Op] = [
        {"op": "add", "path": "members", "value": [*many, {"value": "last"}]},
        {"op": "remove", "path": "members", "value": many},
        {"op": "add", "path": "members", "value": [{"value": "same"}] * 50_000},
        {"op": "remove", "path": 'members[value eq "same"]'},
    ]
    found = patched({**TEAM, "members": many[:]}, {"operations": operations}, groups.SCHEMAS)
    assert found["members"] == [{"value": "last"}]


WRONG: list[tuple[Any, str]] = [
    ([], "invalidSyntax"),
    ("add", "invalidSyntax"),
    (["add"], "invalidSyntax"),
    ([{"op": "move", "path": "title"}], "invalidSyntax"),
    ([{"op": "remove"}], "noTarget"),
    ([{"op": "add", "value": "x"}], "invalidValue"),
    ([{"op": "add", "path": "a b", "value": 1}], "invalidPath"),
    ([{"op": "add", "path": 5, "value": 1}], "invalidPath"),
    ([{"op": "add", "path": "urn:other:schema:title", "value": 1}], "invalidPath"),
    ([{"op": "add", "path": "userName.part", "value": 1}], "invalidPath"),
    ([{"op": "add", "path": 'name[type eq "x"]', "value": {}}], "invalidPath"),
    ([{"op": "add", "path": 'emails[type ne "x"]', "value": {}}], "invalidFilter"),
    ([{"op": "add", "path": 'emails[type eq "x"]', "value": 1}], "invalidValue"),
    ([{"op": "add", "path": "title", "value": "x"}] * (MOST + 1), "invalidSyntax"),
]


@pytest.mark.parametrize(("operations", "kind"), WRONG, ids=lambda each: str(each)[:40])
def test_what_is_no_operation(operations: Any, kind: str) -> None:
    with pytest.raises(AwsError) as refused:
        patched(ANN, {"Operations": operations}, users.SCHEMAS)
    assert (refused.value.code, refused.value.status) == (kind, 400)


def test_filters() -> None:
    known = groups.FILTERS
    assert filters.read('displayName eq "a \\"b\\""', known) == {"displayname": 'a "b"'}
    assert filters.read('ID EQ "1" AND members eq "2"', known) == {"id": "1", "members": "2"}
    for text in (
        *("", "displayName", "displayName eq", 'displayName eq "', 'displayName co "a"', "displayName eq a"),
        *('other eq "a"', 'id eq "1" or id eq "2"', 'id eq "1" and', 'id eq "1" and id eq "2"'),
        *(
            'id eq "\\u0000"',
            'id eq "\\ud800"',
            'id eq "\\x"',
            '(id eq "1")',
            f'id eq "{"x" * 3000}"',
            'id eq "1" junk',
        ),
    ):
        with pytest.raises(AwsError) as refused:
            filters.read(text, known)
        assert refused.value.code == "invalidFilter", text
