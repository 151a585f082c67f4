"""Invitations: who can answer them, how long they last, and what came of them."""

import re
from datetime import timedelta

import pytest
from tests.services.organizations.harness import A, B, By, C, refused, root

from watchword.services.organizations import handshakes
from watchword.store import accounts

TRANSITION, STATE = "InvalidHandshakeTransitionException", "HandshakeAlreadyInStateException"
VIOLATED = "HandshakeConstraintViolationException"
MISSING = "HandshakeNotFoundException"
ACCOUNT_B = {"Id": B, "Type": "ACCOUNT"}


def invite(management: By, **more: str) -> str:
    """The id of an invitation of account B."""
    return str(management("InviteAccountToOrganization", Target=ACCOUNT_B, **more)["Handshake"]["Id"])


def test_an_account_is_invited(management: By) -> None:
    sent = management("InviteAccountToOrganization", Target=ACCOUNT_B, Notes="please")["Handshake"]
    organization = management("DescribeOrganization")["Organization"]["Id"]
    assert re.fullmatch("h-[0-9a-z]{8,32}", sent["Id"])
    assert sent["Arn"] == f"arn:aws:organizations::{A}:handshake/{organization}/invite/{sent['Id']}"
    assert (sent["State"], sent["Action"]) == ("OPEN", "INVITE")
    assert sent["ExpirationTimestamp"] - sent["RequestedTimestamp"] == timedelta(days=15)
    assert [each["Type"] for each in sent["Resources"]] == ["ORGANIZATION", "ACCOUNT", "NOTES"]
    told = {"Handshake": sent}
    for by in (management, root(management.world, B)):
        assert by("DescribeHandshake", HandshakeId=sent["Id"]) == told
    assert management("ListHandshakesForOrganization")["Handshakes"] == [sent]
    assert root(management.world, B)("ListHandshakesForAccount")["Handshakes"] == [sent]
    enabling = {"ActionType": "ENABLE_ALL_FEATURES"}
    assert management("ListHandshakesForOrganization", Filter=enabling)["Handshakes"] == []


def test_an_account_joins(management: By) -> None:
    handshake, invited = {"HandshakeId": invite(management)}, root(management.world, B)
    assert invited("AcceptHandshake", **handshake)["Handshake"]["State"] == "ACCEPTED"
    member = management("DescribeAccount", AccountId=B)["Account"]
    assert (member["JoinedMethod"], member["Status"]) == ("INVITED", "ACTIVE")
    assert invited("DescribeOrganization") == management("DescribeOrganization")
    assert invited("iam:ListRoles")["Roles"] == []
    invited("LeaveOrganization")


def test_policies_hold_from_the_moment_it_joins(management: By) -> None:
    management("EnablePolicyType", RootId=management.root_id, PolicyType="SERVICE_CONTROL_POLICY")
    deny = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}'
    management("AttachPolicy", PolicyId=management.policy("no s3", deny), TargetId=management.root_id)
    invited = root(management.world, B)
    invited("s3:ListBuckets")
    invited("AcceptHandshake", HandshakeId=invite(management))
    refused("AccessDenied", invited, "s3:ListBuckets")
    attached = management("ListPoliciesForTarget", TargetId=B, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert [each["Name"] for each in attached] == ["FullAWSAccess"]


@pytest.mark.parametrize(
    ("by", "name", "state"),
    [
        (B, "AcceptHandshake", "ACCEPTED"),
        (B, "DeclineHandshake", "DECLINED"),
        (A, "CancelHandshake", "CANCELED"),
    ],
)
def test_an_answer_is_final(management: By, by: str, name: str, state: str) -> None:
    handshake = {"HandshakeId": invite(management)}
    assert root(management.world, by)(name, **handshake)["Handshake"]["State"] == state
    for other, caller in (("AcceptHandshake", B), ("DeclineHandshake", B), ("CancelHandshake", A)):
        code = STATE if other == name else TRANSITION
        refused(code, root(management.world, caller), other, **handshake)


def test_an_invitation_expires(management: By) -> None:
    handshake, invited = {"HandshakeId": invite(management)}, root(management.world, B)
    management.world.clock.advance(15 * 86400)
    assert invited("DescribeHandshake", **handshake)["Handshake"]["State"] == "EXPIRED"
    refused(TRANSITION, invited, "AcceptHandshake", **handshake)
    invited("AcceptHandshake", HandshakeId=invite(management))


@pytest.mark.parametrize(
    "name", ["AcceptHandshake", "DeclineHandshake", "CancelHandshake", "DescribeHandshake"]
)
def test_to_another_account_it_does_not_exist(management: By, name: str) -> None:
    handshake = {"HandshakeId": invite(management)}
    refused(MISSING, root(management.world, C), name, **handshake)


def test_the_organization_can_not_accept_for_the_account(management: By) -> None:
    handshake = {"HandshakeId": invite(management)}
    for name in ("AcceptHandshake", "DeclineHandshake"):
        refused(MISSING, management, name, **handshake)
    refused(MISSING, root(management.world, B), "CancelHandshake", **handshake)


def test_an_account_is_invited_by_its_address(management: By) -> None:
    world = management.world
    with world.database.write(world.clock.now()) as tx:
        accounts.insert(tx, accounts.Account("444444444444", "d", world.clock.now(), email="D@example.com"))
    target = {"Id": "d@EXAMPLE.com", "Type": "EMAIL"}
    handshake = management("InviteAccountToOrganization", Target=target)["Handshake"]["Id"]
    refused(MISSING, root(world, B), "AcceptHandshake", HandshakeId=handshake)
    root(world, "444444444444")("AcceptHandshake", HandshakeId=handshake)


def test_one_invitation_at_a_time(management: By) -> None:
    handshake = invite(management)
    refused("DuplicateHandshakeException", management, "InviteAccountToOrganization", Target=ACCOUNT_B)
    management("CancelHandshake", HandshakeId=handshake)
    root(management.world, B)("AcceptHandshake", HandshakeId=invite(management))
    name, already = "InviteAccountToOrganization", "ALREADY_IN_AN_ORGANIZATION"
    refused(VIOLATED, management, name, already, Target=ACCOUNT_B)


def test_an_account_of_another_organization_can_not_join(management: By) -> None:
    handshake, other = {"HandshakeId": invite(management)}, root(management.world, B)
    other("CreateOrganization")
    refused(VIOLATED, other, "AcceptHandshake", "ALREADY_IN_AN_ORGANIZATION", **handshake)
    other("DeleteOrganization")
    other("AcceptHandshake", **handshake)


def test_a_number_of_invitations_a_day(management: By, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshakes, "MOST_A_DAY", 1)
    invite(management)
    target, limit = {"Id": C, "Type": "ACCOUNT"}, "HANDSHAKE_RATE_LIMIT_EXCEEDED"
    refused(VIOLATED, management, "InviteAccountToOrganization", limit, Target=target)
    management.world.clock.advance(86400)
    management("InviteAccountToOrganization", Target=target)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"Id": "o-a1b2c3d4e5", "Type": "ORGANIZATION"}, "INVALID_PARTY_TYPE_TARGET"),
        ({"Id": "12", "Type": "ACCOUNT"}, "INVALID_PARTY_TYPE_TARGET"),
        ({"Id": "nobody", "Type": "EMAIL"}, "INVALID_EMAIL_ADDRESS_TARGET"),
        ({"Id": "\N{KELVIN SIGN}ate@example.com", "Type": "EMAIL"}, "INVALID_EMAIL_ADDRESS_TARGET"),
    ],
)
def test_who_can_not_be_invited(management: By, target: dict[str, str], reason: str) -> None:
    refused("InvalidInputException", management, "InviteAccountToOrganization", reason, Target=target)


def test_an_invitation_of_an_organization_that_ended(management: By) -> None:
    handshake = {"HandshakeId": invite(management)}
    management("DeleteOrganization")
    refused(MISSING, root(management.world, B), "AcceptHandshake", **handshake)


def test_all_features_are_enabled_at_once(management: By) -> None:
    refused(VIOLATED, management, "EnableAllFeatures", "ORGANIZATION_ALREADY_HAS_ALL_FEATURES")
    other = root(management.world, B)
    other("CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    made = other("EnableAllFeatures")["Handshake"]
    assert (made["Action"], made["State"]) == ("ENABLE_ALL_FEATURES", "ACCEPTED")
    assert other("DescribeOrganization")["Organization"]["FeatureSet"] == "ALL"


def test_handshakes_come_in_pages(management: By) -> None:
    sent = [
        management("InviteAccountToOrganization", Target={"Id": f"{n}" * 12, "Type": "ACCOUNT"})
        for n in "567"
    ]
    everything = sorted(each["Handshake"]["Id"] for each in sent)
    pages = management.pages("ListHandshakesForOrganization", "Handshakes", 2)
    assert [[each["Id"] for each in page] for page in pages] == [everything[:2], everything[2:]]
