"""Users: made, read, listed, renamed, removed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.identity.pem import certificate, pem, rsa_key
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, A, Iam, refused

from watchword.identity.ssh_keys import in_ssh
from watchword.names import AwsError
from watchword.names.principal import RoleSession


def test_a_user_is_made_and_read(iam: Iam, now: datetime) -> None:
    made = iam("CreateUser", UserName="ann", Path="/eng/", Tags=[{"Key": "team", "Value": "x"}])["User"]
    assert made["UserId"].startswith("AIDA")
    assert made | {"UserId": ""} == {
        "Path": "/eng/",
        "UserName": "ann",
        "UserId": "",
        "Arn": f"arn:aws:iam::{A}:user/eng/ann",
        "CreateDate": now,
        "Tags": [{"Key": "team", "Value": "x"}],
    }
    assert iam("GetUser", UserName="ann")["User"] == made


def test_times_are_told_to_the_second(iam: Iam, now: datetime) -> None:
    later = replace(iam, now=now + timedelta(microseconds=1))
    assert later("CreateUser", UserName="ann")["User"]["CreateDate"] == now


def test_names_are_unique_whatever_their_case(iam: Iam) -> None:
    iam("CreateUser", UserName="Ann")
    refused("EntityAlreadyExists", "User with name ANN already exists.", iam, "CreateUser", UserName="ANN")
    assert iam("GetUser", UserName="ann")["User"]["UserName"] == "Ann"


def test_the_same_name_in_another_account_is_another_user(iam: Iam, other: Iam) -> None:
    ours = iam("CreateUser", UserName="ann")["User"]
    theirs = other("CreateUser", UserName="ann")["User"]
    assert ours["UserId"] != theirs["UserId"]
    assert other("ListUsers")["Users"] == [theirs]


@pytest.mark.parametrize("name", ["GetUser", "UpdateUser", "DeleteUser"])
def test_a_missing_user(iam: Iam, name: str) -> None:
    refused("NoSuchEntity", "The user with name bob cannot be found.", iam, name, UserName="bob")


def test_a_user_asks_about_itself(iam: Iam) -> None:
    ann, made = iam.ruler("ann")
    assert ann("GetUser")["User"] == made
    assert [demand.resource for demand in ann.demands] == [made["Arn"]]


def test_a_user_who_is_removed_meanwhile_is_missing(iam: Iam) -> None:
    ann, _ = iam.ruler("ann")

    def remove() -> None:
        iam("DetachUserPolicy", UserName="ann", PolicyArn=ADMINISTRATOR)
        iam("DeleteUser", UserName="ann")

    ann.meanwhile = remove
    refused("NoSuchEntity", "The user with name ann cannot be found.", ann, "GetUser")


def test_root_asks_about_itself(iam: Iam, now: datetime) -> None:
    root = f"arn:aws:iam::{A}:root"
    assert iam("GetUser")["User"] == {"UserId": A, "Arn": root, "CreateDate": now}
    assert [demand.resource for demand in iam.demands] == [root]


def test_a_role_session_must_name_a_user(iam: Iam) -> None:
    session = iam.by(RoleSession(A, "r", "AROA1", "s"))
    said = "Must specify userName when calling with non-User credentials"
    refused("ValidationError", said, session, "GetUser")


def test_a_list_has_no_tags_and_comes_in_pages(iam: Iam) -> None:
    for name in ("dora", "Carl", "bea", "Ann", "Eve"):
        iam("CreateUser", UserName=name, Tags=[{"Key": "k", "Value": "v"}])
    pages = iam.pages("ListUsers", "Users", 2)
    assert [[user["UserName"] for user in page] for page in pages] == [
        ["Ann", "bea"],
        ["Carl", "dora"],
        ["Eve"],
    ]
    assert not any("Tags" in user for page in pages for user in page)


def test_a_list_below_a_path(iam: Iam) -> None:
    for name, path in (("a", "/"), ("b", "/eng/"), ("c", "/eng/db/"), ("d", "/Eng/"), ("e", "/en_/")):
        iam("CreateUser", UserName=name, Path=path)
    assert [user["UserName"] for user in iam("ListUsers", PathPrefix="/eng/")["Users"]] == ["b", "c"]
    assert [user["UserName"] for user in iam("ListUsers", PathPrefix="/en_")["Users"]] == ["e"]
    assert [demand.resource for demand in iam.demands] == [f"arn:aws:iam::{A}:user/en_"]


@pytest.mark.parametrize("marker", ["!", "AA==", "YQBi"])
def test_a_marker_of_somebody_elses_making(iam: Iam, marker: str) -> None:
    refused("ValidationError", "Invalid Marker.", iam, "ListUsers", Marker=marker)


def test_a_renamed_user_stays_the_same(iam: Iam) -> None:
    made = iam("CreateUser", UserName="ann")["User"]
    iam("UpdateUser", UserName="ann", NewUserName="anna", NewPath="/x/")
    assert [demand.resource for demand in iam.demands] == [made["Arn"], f"arn:aws:iam::{A}:user/x/anna"]
    renamed = iam("GetUser", UserName="anna")["User"]
    assert renamed["UserId"] == made["UserId"]
    assert renamed["Arn"] == f"arn:aws:iam::{A}:user/x/anna"
    with pytest.raises(AwsError, match="NoSuchEntity"):
        iam("GetUser", UserName="ann")


def test_only_the_case_of_a_name_can_change(iam: Iam) -> None:
    iam("CreateUser", UserName="ann")
    iam("UpdateUser", UserName="ann", NewUserName="Ann")
    assert iam("GetUser", UserName="ann")["User"]["UserName"] == "Ann"


def test_a_user_is_not_renamed_over_another(iam: Iam) -> None:
    for name in ("ann", "bob"):
        iam("CreateUser", UserName=name)
    said = "User with name BOB already exists."
    refused("EntityAlreadyExists", said, iam, "UpdateUser", UserName="ann", NewUserName="BOB")


def test_what_keeps_a_user_from_going(iam: Iam) -> None:
    """In the order of the checks: each is taken away, and the next one speaks."""
    iam("CreateUser", UserName="ann")
    iam("CreateGroup", GroupName="g")
    iam("AddUserToGroup", UserName="ann", GroupName="g")
    key = iam("CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    iam("AttachUserPolicy", UserName="ann", PolicyArn=ADMINISTRATOR)
    iam("PutUserPolicy", UserName="ann", PolicyName="p", PolicyDocument=ALLOW_ALL)
    body = {"CertificateBody": pem(certificate(rsa_key()))}
    signing = iam("UploadSigningCertificate", UserName="ann", **body)["Certificate"]["CertificateId"]
    body = {"SSHPublicKeyBody": in_ssh(rsa_key().public_key())}
    ssh = iam("UploadSSHPublicKey", UserName="ann", **body)["SSHPublicKey"]["SSHPublicKeyId"]
    made = iam("CreateServiceSpecificCredential", UserName="ann", ServiceName="codecommit.amazonaws.com")
    service = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    ways = [
        ("remove users from group", "RemoveUserFromGroup", {"GroupName": "g"}),
        ("delete access keys", "DeleteAccessKey", {"AccessKeyId": key}),
        ("delete certificates", "DeleteSigningCertificate", {"CertificateId": signing}),
        ("detach all policies", "DetachUserPolicy", {"PolicyArn": ADMINISTRATOR}),
        ("delete policies", "DeleteUserPolicy", {"PolicyName": "p"}),
        ("remove referenced objects", "DeleteSSHPublicKey", {"SSHPublicKeyId": ssh}),
        (
            "remove referenced objects",
            "DeleteServiceSpecificCredential",
            {"ServiceSpecificCredentialId": service},
        ),
    ]
    for what, name, given in ways:
        refused(
            "DeleteConflict", f"Cannot delete entity, must {what} first.", iam, "DeleteUser", UserName="ann"
        )
        iam(name, UserName="ann", **given)
    iam("DeleteUser", UserName="ann")
    assert iam("ListUsers")["Users"] == []


def test_a_user_made_again_is_another_without_the_old_tags(iam: Iam) -> None:
    first = iam("CreateUser", UserName="ann", Tags=[{"Key": "k", "Value": "v"}])["User"]
    iam("DeleteUser", UserName="ann")
    second = iam("CreateUser", UserName="ann")["User"]
    assert second["UserId"] != first["UserId"]
    assert iam("ListUserTags", UserName="ann")["Tags"] == []
