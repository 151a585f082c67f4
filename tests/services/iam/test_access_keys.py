"""Long-term access keys: whose they are, and that their secrets rest sealed."""

from datetime import datetime, timedelta

import pytest
from tests.services.iam.harness import A, Iam, refused

from watchword.facts.credentials import KEYRING
from watchword.identity import secrets
from watchword.names.ids import account_of_access_key
from watchword.names.principal import RoleSession
from watchword.store.iam import access_keys

OPERATIONS = {
    "CreateAccessKey": {},
    "ListAccessKeys": {},
    "UpdateAccessKey": {"AccessKeyId": "AKIA" + "A" * 16, "Status": "Inactive"},
    "DeleteAccessKey": {"AccessKeyId": "AKIA" + "A" * 16},
}


def test_a_key_is_made_for_a_user(iam: Iam, now: datetime) -> None:
    iam("CreateUser", UserName="ann")
    key = iam("CreateAccessKey", UserName="ann")["AccessKey"]
    assert len(key["SecretAccessKey"]) == 40
    assert account_of_access_key(key["AccessKeyId"]) == A
    listed = {name: value for name, value in key.items() if name != "SecretAccessKey"}
    assert listed == {
        "UserName": "ann",
        "AccessKeyId": key["AccessKeyId"],
        "Status": "Active",
        "CreateDate": now,
    }
    assert iam("ListAccessKeys", UserName="ann") == {"AccessKeyMetadata": [listed], "IsTruncated": False}


def test_the_secret_rests_sealed(iam: Iam) -> None:
    iam("CreateUser", UserName="ann")
    key = iam("CreateAccessKey", UserName="ann")["AccessKey"]
    with iam.world.database.read() as tx:
        stored = access_keys.by_id(tx, key["AccessKeyId"])
    assert stored is not None
    assert key["SecretAccessKey"].encode() not in stored.secret
    assert secrets.open(stored, iam.world.facts.need(KEYRING)) == key["SecretAccessKey"]


def test_two_keys_at_most(iam: Iam) -> None:
    iam("CreateUser", UserName="ann")
    for _ in range(2):
        iam("CreateAccessKey", UserName="ann")
    said = "Cannot exceed quota for AccessKeysPerUser: 2"
    refused("LimitExceeded", said, iam, "CreateAccessKey", UserName="ann")
    assert [len(page) for page in iam.pages("ListAccessKeys", "AccessKeyMetadata", 1, UserName="ann")] == [
        1,
        1,
    ]


def test_a_key_is_switched_off_and_removed(iam: Iam) -> None:
    iam("CreateUser", UserName="ann")
    key_id = iam("CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    iam("UpdateAccessKey", UserName="ann", AccessKeyId=key_id, Status="Inactive")
    assert iam("ListAccessKeys", UserName="ann")["AccessKeyMetadata"][0]["Status"] == "Inactive"
    said = "The status can be set to Active or Inactive only."
    refused(
        "InvalidInput", said, iam, "UpdateAccessKey", UserName="ann", AccessKeyId=key_id, Status="Expired"
    )
    iam("DeleteAccessKey", UserName="ann", AccessKeyId=key_id)
    assert iam("ListAccessKeys", UserName="ann")["AccessKeyMetadata"] == []


@pytest.mark.parametrize("name", ["UpdateAccessKey", "DeleteAccessKey"])
def test_nobody_reaches_another_users_key(iam: Iam, name: str) -> None:
    iam("CreateUser", UserName="ann")
    iam("CreateUser", UserName="bob")
    given = OPERATIONS[name] | {
        "AccessKeyId": iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    }
    said = f"The Access Key with id {given['AccessKeyId']} cannot be found."
    refused("NoSuchEntity", said, iam, name, UserName="ann", **given)
    refused("NoSuchEntity", said, iam, name, **given)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_missing_user(iam: Iam, name: str) -> None:
    said = "The user with name ann cannot be found."
    refused("NoSuchEntity", said, iam, name, UserName="ann", **OPERATIONS[name])


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_role_session_must_name_a_user(iam: Iam, name: str) -> None:
    session = iam.by(RoleSession(A, "r", "AROA1", "s"))
    said = "Must specify userName when calling with non-User credentials"
    refused("ValidationError", said, session, name, **OPERATIONS[name])


def test_a_user_makes_a_key_of_its_own(iam: Iam) -> None:
    ann, made = iam.ruler("ann")
    assert ann("CreateAccessKey")["AccessKey"]["UserName"] == "ann"
    assert [demand.resource for demand in ann.demands] == [made["Arn"]]


def test_root_makes_a_key_of_its_own(iam: Iam, other: Iam) -> None:
    key = iam("CreateAccessKey")["AccessKey"]
    assert "UserName" not in key
    assert [demand.resource for demand in iam.demands] == [f"arn:aws:iam::{A}:root"]
    assert iam("ListAccessKeys")["AccessKeyMetadata"][0]["AccessKeyId"] == key["AccessKeyId"]
    assert other("ListAccessKeys")["AccessKeyMetadata"] == []
    iam("UpdateAccessKey", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    iam("DeleteAccessKey", AccessKeyId=key["AccessKeyId"])
    assert iam("ListAccessKeys")["AccessKeyMetadata"] == []


def test_when_a_key_was_last_used(iam: Iam, other: Iam, now: datetime) -> None:
    iam("CreateUser", UserName="ann", Path="/x/")
    key_id = iam("CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    never = {"ServiceName": "N/A", "Region": "N/A"}
    assert iam("GetAccessKeyLastUsed", AccessKeyId=key_id) == {"UserName": "ann", "AccessKeyLastUsed": never}
    assert [demand.resource for demand in iam.demands] == [f"arn:aws:iam::{A}:user/x/ann"]
    with iam.world.database.write(now) as tx:
        access_keys.note_use(tx, key_id, now, timedelta(), region="eu-west-1", service="s3")
    used = iam("GetAccessKeyLastUsed", AccessKeyId=key_id)["AccessKeyLastUsed"]
    assert used == {"LastUsedDate": now, "ServiceName": "s3", "Region": "eu-west-1"}
    said = f"The Access Key with id {key_id} cannot be found."
    with pytest.raises(Exception, match=said):
        other("GetAccessKeyLastUsed", AccessKeyId=key_id)
