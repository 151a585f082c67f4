"""Accounts of an organization: how they begin, move, leave and are closed."""

import json
import re
from datetime import timedelta

import pytest
from tests.services.organizations.harness import ROLE, A, B, By, administrator, refused, root

from watchword.facts.accounts import ACCOUNT_IS_OPEN
from watchword.organizations import quotas
from watchword.services.organizations import creations
from watchword.store import accounts
from watchword.store.iam import roles

VIOLATED = "ConstraintViolationException"
WEEK = timedelta(days=7).total_seconds()


def test_an_account_is_created(management: By) -> None:
    begun = management("CreateAccount", AccountName="dev", Email="dev@example.com")["CreateAccountStatus"]
    assert re.fullmatch("car-[a-z0-9]{8,32}", begun["Id"])
    assert (begun["State"], "AccountId" in begun) == ("IN_PROGRESS", False)
    ended = management("DescribeCreateAccountStatus", CreateAccountRequestId=begun["Id"])
    assert ended["CreateAccountStatus"]["State"] == "SUCCEEDED"
    account = management("DescribeAccount", AccountId=ended["CreateAccountStatus"]["AccountId"])["Account"]
    told = [account[each] for each in ("Name", "Email", "Status", "State", "JoinedMethod")]
    assert told == ["dev", "dev@example.com", "ACTIVE", "ACTIVE", "CREATED"]
    organization = management("DescribeOrganization")["Organization"]["Id"]
    assert account["Arn"] == f"arn:aws:organizations::{A}:account/{organization}/{account['Id']}"
    assert account["Paths"] == [f"{organization}/{management.root_id}/{account['Id']}/"]
    assert management("ListCreateAccountStatus")["CreateAccountStatuses"] == [ended["CreateAccountStatus"]]


def test_its_role_trusts_the_management_account(management: By) -> None:
    account = management.member("dev")
    with management.world.database.read() as tx:
        role = roles.named(tx, account, ROLE)
    assert role
    (trusted,) = json.loads(role.trust)["Statement"]
    assert trusted["Principal"] == {"AWS": f"arn:aws:iam::{A}:root"}
    assert administrator(management.world, account)("iam:ListUsers")["Users"] == []


def test_the_role_has_the_name_that_is_asked_for(management: By) -> None:
    account = management.member("dev", RoleName="Keeper")
    found = root(management.world, account)("iam:ListRoles")["Roles"]
    assert [role["RoleName"] for role in found] == ["Keeper"]


@pytest.mark.parametrize("name", ["AWSServiceRoleForX", "WatchwordAdministrator", "watchwordadministrator"])
def test_a_reserved_name_of_a_role(management: By, name: str) -> None:
    given = {"AccountName": "dev", "Email": "dev@example.com", "RoleName": name}
    refused("InvalidInputException", management, "CreateAccount", "INVALID_ROLE_NAME", **given)


def test_an_address_that_another_account_has(management: By) -> None:
    management.member("dev")
    begun = management("CreateAccount", AccountName="other", Email="DEV@example.com")["CreateAccountStatus"]
    ended = management("DescribeCreateAccountStatus", CreateAccountRequestId=begun["Id"])
    status = ended["CreateAccountStatus"]
    assert (status["State"], status["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")
    assert len(management("ListAccounts")["Accounts"]) == 2
    for states, names in ((["FAILED"], ["other"]), (["SUCCEEDED"], ["dev"]), (["IN_PROGRESS"], [])):
        found = management("ListCreateAccountStatus", States=states)["CreateAccountStatuses"]
        assert [each["AccountName"] for each in found] == names


def test_an_address_that_differs_in_case_to_python_alone(management: By) -> None:
    management.member("kate")
    given = {"AccountName": "other", "Email": "\N{KELVIN SIGN}ate@example.com"}
    begun = management("CreateAccount", **given)["CreateAccountStatus"]
    ended = management("DescribeCreateAccountStatus", CreateAccountRequestId=begun["Id"])
    assert ended["CreateAccountStatus"]["FailureReason"] == "INVALID_EMAIL"
    assert len(management("ListAccounts")["Accounts"]) == 2


def test_a_number_of_accounts_and_no_more(management: By, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creations, "MOST_ACCOUNTS", 2)
    management("CloseAccount", AccountId=management.member("dev"))
    given = {"AccountName": "other", "Email": "other@example.com"}
    refused(VIOLATED, management, "CreateAccount", "ACCOUNT_NUMBER_LIMIT_EXCEEDED", **given)


def test_a_request_of_another_organization(management: By) -> None:
    other = root(management.world, B)
    other("CreateOrganization")
    request = management("CreateAccount", AccountName="dev", Email="dev@example.com")["CreateAccountStatus"]
    missing = "CreateAccountStatusNotFoundException"
    refused(missing, other, "DescribeCreateAccountStatus", CreateAccountRequestId=request["Id"])


def test_an_account_moves(management: By) -> None:
    account, unit = management.member("dev"), management.unit("Sandbox", management.root_id)
    there = {"AccountId": account, "SourceParentId": management.root_id, "DestinationParentId": unit}
    management("MoveAccount", **there)
    (found,) = management("ListAccountsForParent", ParentId=unit)["Accounts"]
    assert found["Paths"][0].endswith(f"/{unit}/{account}/")
    refused("DuplicateAccountException", management, "MoveAccount", **there)
    stale = there | {"DestinationParentId": management.unit("Other", management.root_id)}
    refused("AccountNotFoundException", management, "MoveAccount", **stale)
    nowhere = "ou-zzzz-zzzzzzzz"
    for member, code in (
        ("SourceParentId", "SourceParentNotFoundException"),
        ("DestinationParentId", "DestinationParentNotFoundException"),
    ):
        refused(code, management, "MoveAccount", **(there | {member: nowhere}))


@pytest.mark.parametrize("name", ["DescribeAccount", "CloseAccount", "RemoveAccountFromOrganization"])
def test_an_account_of_no_organization(management: By, name: str) -> None:
    """It exists, which the management account doesn't learn."""
    refused("AccountNotFoundException", management, name, AccountId=B)


def test_an_account_leaves_after_seven_days(management: By) -> None:
    account = management.member("dev")
    member = root(management.world, account)
    refused(VIOLATED, member, "LeaveOrganization", "WAIT_PERIOD_ACTIVE")
    remove = {"AccountId": account}
    refused(VIOLATED, management, "RemoveAccountFromOrganization", "WAIT_PERIOD_ACTIVE", **remove)
    management.world.clock.advance(WEEK)
    management("TagResource", ResourceId=account, Tags=[{"Key": "team", "Value": "red"}])
    member("LeaveOrganization")
    refused("AWSOrganizationsNotInUseException", member, "DescribeOrganization")
    refused("AccountNotFoundException", management, "DescribeAccount", AccountId=account)
    refused("TargetNotFoundException", management, "ListTagsForResource", ResourceId=account)
    member("CreateOrganization")


def test_the_management_account_removes_one(management: By) -> None:
    account = management.member("dev")
    management.world.clock.advance(WEEK)
    management("RemoveAccountFromOrganization", AccountId=account)
    assert [each["Id"] for each in management("ListAccounts")["Accounts"]] == [A]


def test_the_management_account_stays(management: By) -> None:
    left = "MasterCannotLeaveOrganizationException"
    refused(left, management, "LeaveOrganization")
    refused(left, management, "RemoveAccountFromOrganization", AccountId=A)
    refused(VIOLATED, management, "CloseAccount", "CANNOT_CLOSE_MANAGEMENT_ACCOUNT", AccountId=A)


def test_a_closed_account_is_suspended(management: By) -> None:
    account = management.member("dev")
    management("CloseAccount", AccountId=account)
    found = management("DescribeAccount", AccountId=account)["Account"]
    assert (found["Status"], found["State"]) == ("SUSPENDED", "CLOSED")
    assert management.world.facts.get(ACCOUNT_IS_OPEN, account) is None
    refused("AccountAlreadyClosedException", management, "CloseAccount", AccountId=account)


def test_a_number_of_accounts_is_closed_in_thirty_days(
    management: By, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "_LEAST_CLOSED", 1)
    first, second = management.member("a"), management.member("b")
    management("CloseAccount", AccountId=first)
    refused(VIOLATED, management, "CloseAccount", "CLOSE_ACCOUNT_QUOTA_EXCEEDED", AccountId=second)
    management.world.clock.advance(30 * 86400)
    management("CloseAccount", AccountId=second)


def test_the_id_of_an_account_is_another_ones_never(management: By) -> None:
    made = {management.member(f"a{number}") for number in range(3)}
    with management.world.database.read() as tx:
        everyone = [account.id for account in accounts.all_accounts(tx)]
    assert len(everyone) == len(set(everyone)) == len(made) + 3


def test_accounts_come_in_pages(management: By) -> None:
    everyone = sorted([A, *(management.member(name) for name in "abc")])
    pages = management.pages("ListAccounts", "Accounts", 3)
    assert [[account["Id"] for account in page] for page in pages] == [everyone[:3], everyone[3:]]
