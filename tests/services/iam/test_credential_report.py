"""The credential report: columns, values, how long it is current, and names that look like formulas."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.services.iam.authenticator import Authenticator
from tests.services.iam.harness import MODEL, A, Iam, refused

from watchword.services.iam.credentials import credential_report
from watchword.store.iam import access_keys, signing_certificates, users
from watchword.store.iam.signing_certificates import SigningCertificate

HEAD = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,"
    "cert_2_active,cert_2_last_rotated"
)
NO_KEY, NO_CERTIFICATE = "false,N/A,N/A,N/A,N/A", "false,N/A"
NOW = "2026-03-14T15:09:26+00:00"
ROOT = f"<root_account>,arn:aws:iam::{A}:root,{NOW},false,N/A,N/A,not_supported,false"
FIRST = {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}
HOURS = timedelta(hours=4)


def text(iam: Iam) -> str:
    """A report made for this."""
    iam("GenerateCredentialReport")
    content: bytes = iam("GetCredentialReport")["Content"]
    return content.decode()


def lines(iam: Iam) -> dict[str, dict[str, str]]:
    """The report as a CSV reader reads it, by user."""
    return {line["user"]: line for line in csv.DictReader(io.StringIO(text(iam), newline=""))}


def test_of_users_without_anything(iam: Iam, other: Iam) -> None:
    other("CreateUser", UserName="eve")
    iam("CreateUser", UserName="bob")
    iam("CreateUser", UserName="Ann", Path="/x/")
    without = f"{NO_KEY},{NO_KEY},{NO_CERTIFICATE},{NO_CERTIFICATE}"
    nothing = f"{NOW},false,N/A,N/A,N/A,false,{without}"
    assert text(iam).split("\n") == [
        HEAD,
        f"{ROOT},{without}",
        f"Ann,arn:aws:iam::{A}:user/x/Ann,{nothing}",
        f"bob,arn:aws:iam::{A}:user/bob,{nothing}",
    ]


def test_of_a_user_with_everything(iam: Iam, now: datetime) -> None:
    iam("UpdateAccountPasswordPolicy", MaxPasswordAge=90)
    user = iam("CreateUser", UserName="ann")["User"]["UserId"]
    iam("CreateLoginProfile", UserName="ann", Password="Correct1horse!")
    iam("EnableMFADevice", UserName="ann", **Authenticator.enrol(iam).pair(iam))
    first = iam("CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    later = replace(iam, now=now + timedelta(hours=1))
    second = later("CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    iam("UpdateAccessKey", UserName="ann", AccessKeyId=second, Status="Inactive")
    used, span = now + timedelta(hours=2), timedelta(minutes=5)
    with iam.world.database.write(now) as tx:
        users.note_sign_in(tx, user, used, span)
        access_keys.note_use(tx, first, used, span, region="eu-west-1", service="iam")
        access_keys.note_use(tx, second, used, span, region="us-east-1", service="s3")
        signing_certificates.insert(tx, SigningCertificate("1", A, user, "PEM", "1", now))
        signing_certificates.insert(tx, SigningCertificate("2", A, user, "PEM", "2", now, "Inactive"))
    hour, two = "2026-03-14T16:09:26+00:00", "2026-03-14T17:09:26+00:00"
    assert text(iam).split("\n")[-1] == (
        f"ann,arn:aws:iam::{A}:user/ann,{NOW},true,{two},{NOW},2026-06-12T15:09:26+00:00,true,"
        f"true,{NOW},{two},eu-west-1,iam,false,{hour},{two},N/A,s3,true,{NOW},false,{NOW}"
    )


def test_of_the_root_user(iam: Iam) -> None:
    iam("CreateAccessKey")
    key = f"true,{NOW},N/A,N/A,N/A"
    expected = f"{ROOT},{key},{NO_KEY},{NO_CERTIFICATE},{NO_CERTIFICATE}"
    assert text(iam).split("\n") == [HEAD, expected]


def test_a_password_that_was_never_used(iam: Iam) -> None:
    iam("CreateUser", UserName="ann")
    iam("CreateLoginProfile", UserName="ann", Password="Correct1horse!")
    line = lines(iam)["ann"]
    assert (line["password_last_used"], line["password_next_rotation"]) == ("no_information", "N/A")


def test_it_is_written_every_four_hours(iam: Iam, now: datetime) -> None:
    said = "There is no credential report. GenerateCredentialReport makes one."
    refused("ReportNotPresent", said, iam, "GetCredentialReport")
    assert iam("GenerateCredentialReport") == FIRST
    before = iam("GetCredentialReport")
    assert (before["ReportFormat"], before["GeneratedTime"]) == ("text/csv", now)
    iam("CreateUser", UserName="ann")
    last = replace(iam, now=now + HOURS)
    assert last("GenerateCredentialReport") == {"State": "COMPLETE"}
    assert last("GetCredentialReport") == before
    later = replace(iam, now=now + HOURS + timedelta(microseconds=1))
    said = "The credential report is more than four hours old. GenerateCredentialReport makes a new one."
    refused("ReportExpired", said, later, "GetCredentialReport")
    assert later("GenerateCredentialReport") == {"State": "STARTED"}
    assert b"\nann," in later("GetCredentialReport")["Content"]


def test_each_account_has_its_own(iam: Iam, other: Iam) -> None:
    iam("GenerateCredentialReport")
    said = "There is no credential report. GenerateCredentialReport makes one."
    refused("ReportNotPresent", said, other, "GetCredentialReport")


def test_of_two_at_the_same_time_the_first_is_kept(iam: Iam, monkeypatch: pytest.MonkeyPatch) -> None:
    make: Callable[..., Any] = credential_report._text

    def meanwhile(*given: Any) -> str:
        monkeypatch.undo()
        iam("GenerateCredentialReport")
        iam("CreateUser", UserName="ann")
        return str(make(*given))

    monkeypatch.setattr(credential_report, "_text", meanwhile)
    assert iam("GenerateCredentialReport") == {"State": "COMPLETE"}
    assert b"ann" not in iam("GetCredentialReport")["Content"]


def test_all_users_of_many_batches(iam: Iam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credential_report, "BATCH", 2)
    names = [f"user-{number}" for number in range(5)]
    for name in names:
        iam("CreateUser", UserName=name)
    assert list(lines(iam)) == ["<root_account>", *names]


# --- names that mean something to whoever reads them ----------------------------------------------------

NAMES = ["=A1+B2", "+1", "-1", "@SUM", "a,b", "=1,2", "=", "a=b@c.d,e"]


def test_a_csv_reader_reads_every_name(iam: Iam) -> None:
    for name in NAMES:
        iam("CreateUser", UserName=name)
    found = lines(iam)
    assert set(found) == {"<root_account>", *NAMES}
    for name in NAMES:
        assert found[name]["arn"] == f"arn:aws:iam::{A}:user/{name}"
        assert found[name]["cert_2_last_rotated"] == "N/A"
        assert None not in found[name]


@pytest.mark.parametrize("character", "()[]{}!|'\"`:;/\\&%$#?<>* \t\r\n")
def test_a_name_calls_and_fetches_nothing(character: str) -> None:
    """No name has what a formula needs to call a function, a program or an address."""
    pattern = MODEL._shape_resolver.get_shape_by_name("userNameType").metadata["pattern"]
    assert re.fullmatch(pattern, "=A1+B2")
    assert not re.fullmatch(pattern, f"={character}A1")
