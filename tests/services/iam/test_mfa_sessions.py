"""Codes of MFA devices at STS: whose, how often, and what is said of wrong ones."""

from dataclasses import replace
from typing import Any

import pytest
from tests.services.harness import call_of, carry_out
from tests.services.iam.authenticator import Authenticator, later
from tests.services.iam.harness import A, Iam

from watchword.identity.attempts import FIRST, FREE
from watchword.names import AwsError
from watchword.names.moment import iso
from watchword.names.principal import RoleSession, Root
from watchword.proofs.mfa import STEP_SECONDS
from watchword.services.sts import OPERATIONS
from watchword.sessions.session import milliseconds

FAILED = "MultiFactorAuthentication failed"
INCOMPLETE = f"{FAILED}, must provide both MFA serial number and one time pass code."
UNKNOWN = (
    f"{FAILED}, unable to validate MFA code. "
    "Please verify your MFA serial number is valid and associated with this user."
)
WRONG = f"{FAILED} with invalid MFA one time pass code."
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def ann(iam: Iam) -> Iam:
    return iam.ruler("ann")[0]


@pytest.fixture
def phone(iam: Iam, ann: Iam) -> Authenticator:
    """Ann's, enabled some minutes ago."""
    made = Authenticator.enrol(ann)
    before = later(iam, -10)
    before("EnableMFADevice", UserName="ann", **made.pair(before))
    return made


def session(caller: Iam, **given: Any) -> dict[str, Any]:
    """The answer to GetSessionToken."""
    call = call_of(caller.world, caller.caller, ("sts", "GetSessionToken"), given, now=caller.now)
    return carry_out(call, OPERATIONS["GetSessionToken"].demands(call))


def refused(said: str, caller: Iam, **given: Any) -> None:
    with pytest.raises(AwsError) as caught:
        session(caller, **given)
    assert (caught.value.code, caught.value.said) == ("AccessDenied", said)


def proof(caller: Iam, device: Authenticator, ahead: int = 0) -> dict[str, str]:
    return {"SerialNumber": device.serial, "TokenCode": device.code(caller, ahead)}


def test_a_session_knows_when_a_code_was_given(ann: Iam, phone: Authenticator) -> None:
    for given, at in ((proof(ann, phone), milliseconds(ann.now)), ({}, None)):
        token = session(ann, **given)["Credentials"]["SessionToken"]
        assert ann.world.facts.session(token).mfa_at == at


@pytest.mark.parametrize("member", ["SerialNumber", "TokenCode"])
def test_serial_number_and_code_come_together(ann: Iam, phone: Authenticator, member: str) -> None:
    refused(INCOMPLETE, ann, **{member: proof(ann, phone)[member]})


def test_a_code_is_good_once(ann: Iam, phone: Authenticator) -> None:
    assert session(ann, **proof(ann, phone))
    refused(WRONG, ann, **proof(ann, phone))
    refused(WRONG, ann, **proof(ann, phone, ahead=-1))
    assert session(ann, **proof(ann, phone, ahead=1))


@pytest.mark.parametrize("ahead", [-2, 2])
def test_a_code_of_another_time_is_wrong(ann: Iam, phone: Authenticator, ahead: int) -> None:
    refused(WRONG, ann, **proof(ann, phone, ahead))


def test_the_device_must_be_the_callers(iam: Iam, ann: Iam, phone: Authenticator) -> None:
    given = proof(ann, phone)
    bob, _ = iam.ruler("bob")
    refused(UNKNOWN, bob, **given)
    refused(UNKNOWN, iam.by(Root(A)), **given)
    refused(UNKNOWN, iam.by(RoleSession(A, "r", "AROA1", "s")), **given)
    refused(UNKNOWN, ann, **given | {"SerialNumber": "GAHT12345678"})
    unassigned = Authenticator.enrol(ann, "tablet")
    refused(UNKNOWN, ann, **proof(ann, unassigned))
    assert session(ann, **given)


def test_after_wrong_codes_not_even_the_right_one_is_looked_at(ann: Iam, phone: Authenticator) -> None:
    for _ in range(FREE):
        refused(WRONG, ann, **proof(ann, phone, ahead=9))
    said = f"{FAILED}, too many wrong codes were given. No code is looked at until {iso(ann.now + FIRST)}."
    refused(said, ann, **proof(ann, phone))
    ann = later(ann, FIRST.total_seconds() / STEP_SECONDS)
    assert session(ann, **proof(ann, phone))


def test_a_code_is_used_up_even_if_the_role_is_refused(ann: Iam, phone: Authenticator) -> None:
    given = {"RoleArn": f"arn:aws:iam::{A}:role/none", "RoleSessionName": "one", **proof(ann, phone)}
    call = call_of(ann.world, ann.caller, ("sts", "AssumeRole"), given, now=ann.now)
    with pytest.raises(AwsError, match="not authorized to perform: sts:AssumeRole"):
        carry_out(call, OPERATIONS["AssumeRole"].demands(call))
    refused(WRONG, ann, **proof(ann, phone))


def test_the_real_time_counts_though_the_server_was_moved_ahead(ann: Iam, phone: Authenticator) -> None:
    """Authenticator apps can't be moved."""
    clock = replace(ann.world.clock)
    clock.advance(86_400)
    ahead = replace(ann, world=replace(ann.world, clock=clock), now=clock.now())
    assert session(ahead, **proof(ann, phone))
