"""Organizational units and the tree that they make."""

import re

import pytest
from tests.services.organizations.harness import A, By, refused

from watchword.organizations import quotas

MISSING = "ou-zzzz-zzzzzzzz"


def test_a_unit_is_made_and_read(management: By) -> None:
    root_id = management.root_id
    made = management("CreateOrganizationalUnit", ParentId=root_id, Name="Sandbox")["OrganizationalUnit"]
    organization = management("DescribeOrganization")["Organization"]["Id"]
    assert re.fullmatch(rf"ou-{root_id[2:]}-[a-z0-9]{{8}}", made["Id"])
    assert made["Arn"] == f"arn:aws:organizations::{A}:ou/{organization}/{made['Id']}"
    assert made["Path"] == f"{organization}/{root_id}/{made['Id']}/"
    found = management("DescribeOrganizationalUnit", OrganizationalUnitId=made["Id"])
    assert found == {"OrganizationalUnit": made}


def test_names_are_unique_below_a_parent(management: By) -> None:
    first = management.unit("a", management.root_id)
    duplicate = "DuplicateOrganizationalUnitException"
    refused(duplicate, management, "CreateOrganizationalUnit", ParentId=management.root_id, Name="a")
    management.unit("a", first)
    second = management.unit("b", management.root_id)
    refused(duplicate, management, "UpdateOrganizationalUnit", OrganizationalUnitId=second, Name="a")
    renamed = management("UpdateOrganizationalUnit", OrganizationalUnitId=second, Name="c")
    assert renamed["OrganizationalUnit"]["Name"] == "c"
    assert management("UpdateOrganizationalUnit", OrganizationalUnitId=second) == renamed


def test_five_levels_and_no_more(management: By) -> None:
    parent = management.root_id
    for level in range(5):
        parent = management.unit(f"level {level}", parent)
    given = {"ParentId": parent, "Name": "one more"}
    violated = "ConstraintViolationException"
    refused(violated, management, "CreateOrganizationalUnit", "OU_DEPTH_LIMIT_EXCEEDED", **given)


def test_a_number_of_units_and_no_more(management: By, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "MOST_UNITS", 2)
    for name in ("a", "b"):
        management.unit(name, management.root_id)
    given = {"ParentId": management.root_id, "Name": "c"}
    violated = "ConstraintViolationException"
    refused(violated, management, "CreateOrganizationalUnit", "OU_NUMBER_LIMIT_EXCEEDED", **given)


def test_children_and_parents(management: By) -> None:
    top = management.unit("top", management.root_id)
    below, account = management.unit("below", top), management.member("dev")
    management("MoveAccount", AccountId=account, SourceParentId=management.root_id, DestinationParentId=top)
    units = management("ListChildren", ParentId=top, ChildType="ORGANIZATIONAL_UNIT")["Children"]
    assert units == [{"Id": below, "Type": "ORGANIZATIONAL_UNIT"}]
    accounts = management("ListChildren", ParentId=top, ChildType="ACCOUNT")["Children"]
    assert accounts == [{"Id": account, "Type": "ACCOUNT"}]
    for child, parent in ((below, top), (account, top), (top, management.root_id), (A, management.root_id)):
        type_ = "ORGANIZATIONAL_UNIT" if parent == top else "ROOT"
        assert management("ListParents", ChildId=child) == {"Parents": [{"Id": parent, "Type": type_}]}
    (listed,) = management("ListOrganizationalUnitsForParent", ParentId=top)["OrganizationalUnits"]
    assert listed["Path"].endswith(f"/{top}/{below}/")


def test_only_an_empty_unit_is_deleted(management: By) -> None:
    top = management.unit("top", management.root_id)
    below, account = management.unit("below", top), management.member("dev")
    not_empty = "OrganizationalUnitNotEmptyException"
    refused(not_empty, management, "DeleteOrganizationalUnit", OrganizationalUnitId=top)
    management("MoveAccount", AccountId=account, SourceParentId=management.root_id, DestinationParentId=below)
    refused(not_empty, management, "DeleteOrganizationalUnit", OrganizationalUnitId=below)
    management("MoveAccount", AccountId=account, SourceParentId=below, DestinationParentId=management.root_id)
    for unit in (below, top):
        management("DeleteOrganizationalUnit", OrganizationalUnitId=unit)
    missing = "OrganizationalUnitNotFoundException"
    refused(missing, management, "DescribeOrganizationalUnit", OrganizationalUnitId=top)


def test_units_come_in_pages(management: By) -> None:
    made = sorted(management.unit(name, management.root_id) for name in "abc")
    pages = management.pages(
        "ListOrganizationalUnitsForParent", "OrganizationalUnits", 2, ParentId=management.root_id
    )
    assert [[unit["Id"] for unit in page] for page in pages] == [made[:2], made[2:]]


@pytest.mark.parametrize("token", ["?", "AA==", "w6k="])
def test_a_token_that_is_none(management: By, token: str) -> None:
    refused("InvalidInputException", management, "ListAccounts", "INVALID_NEXT_TOKEN", NextToken=token)


@pytest.mark.parametrize("name", ["DescribeOrganizationalUnit", "DeleteOrganizationalUnit"])
def test_a_missing_unit(management: By, name: str) -> None:
    refused("OrganizationalUnitNotFoundException", management, name, OrganizationalUnitId=MISSING)


def test_a_missing_parent_and_a_missing_child(management: By) -> None:
    refused("ParentNotFoundException", management, "CreateOrganizationalUnit", ParentId=MISSING, Name="a")
    for child in (MISSING, "999999999999"):
        refused("ChildNotFoundException", management, "ListParents", ChildId=child)
