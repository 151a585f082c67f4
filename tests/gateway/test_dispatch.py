"""Operations called from inside: decided, done and recorded like any, with the service that called named."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from watchword.access import Caller
from watchword.access.request_context import Via
from watchword.gateway.dispatch import dispatch
from watchword.installation.administrator import first_account
from watchword.names import AwsError
from watchword.names.principal import Root, User
from watchword.services.table import SERVED
from watchword.store import audit
from watchword.world import World

STATES = Via(("states.amazonaws.com",))


@pytest.fixture
def account(world: World) -> str:
    return first_account(world)


@pytest.fixture
def root(account: str) -> Caller:
    return Caller(Root(account))


@pytest.fixture
def ann(world: World, root: Caller) -> Caller:
    """A user without any permission."""
    made: Any = dispatch(world, root, ("iam", "CreateUser"), {"UserName": "ann"}, via=STATES)["User"]
    return Caller(User(root.account, "ann", made["UserId"]))


def allow(world: World, root: Caller, **statement: object) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}
    given = {"UserName": "ann", "PolicyName": "own", "PolicyDocument": json.dumps(document)}
    dispatch(world, root, ("iam", "PutUserPolicy"), given, via=STATES)


def journal(world: World) -> list[dict[str, Any]]:
    (file,) = (world.settings.data / "audit").glob("*.jsonl")
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    return [line.get("event", line) for line in lines]


def test_a_change_is_made_and_recorded_in_one_transaction(world: World, root: Caller, ann: Caller) -> None:
    with world.database.read() as tx:
        kept = json.loads(tx.all(str, select(audit.AUDIT.c.event).order_by(audit.AUDIT.c.number))[-1])
    assert (kept["eventName"], kept["readOnly"], kept["sourceIPAddress"]) == (
        "CreateUser",
        False,
        "states.amazonaws.com",
    )
    assert kept["userIdentity"]["invokedBy"] == kept["userAgent"] == "states.amazonaws.com"
    assert kept["userIdentity"]["arn"] == root.principal.arn
    assert kept["responseElements"]["user"]["userId"] == ann.principal.unique_id


def test_a_refusal_is_raised_and_recorded(world: World, ann: Caller) -> None:
    with pytest.raises(AwsError, match="no identity-based policy allows the iam:ListUsers action"):
        dispatch(world, ann, ("iam", "ListUsers"), {}, via=STATES)
    event = journal(world)[-1]
    assert (event["eventName"], event["errorCode"]) == ("ListUsers", "AccessDenied")
    assert event["additionalEventData"]["decisions"][0]["decision"] == "implicitDeny"


@pytest.mark.parametrize(
    ("condition", "via", "allowed"),
    [
        ({"Bool": {"aws:ViaAWSService": "true"}}, STATES, True),
        ({"Bool": {"aws:ViaAWSService": "true"}}, Via(), False),
        ({"ForAnyValue:StringEquals": {"aws:CalledVia": "states.amazonaws.com"}}, STATES, True),
        ({"ForAnyValue:StringEquals": {"aws:CalledVia": "lambda.amazonaws.com"}}, STATES, False),
        ({"StringEquals": {"aws:CalledViaFirst": "states.amazonaws.com"}}, STATES, True),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, STATES, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:f"}},
         Via(source_arn="arn:aws:lambda:us-east-1:1:function:f", source_account="1"), True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:f"}}, STATES, False),
    ],
)  # fmt: skip
def test_conditions_see_how_the_call_came(
    world: World, root: Caller, ann: Caller, condition: object, via: Via, *, allowed: bool
) -> None:
    allow(world, root, Action="iam:ListUsers", Condition=condition)
    try:
        dispatch(world, ann, ("iam", "ListUsers"), {}, via=via)
    except AwsError as refused:
        assert refused.code == "AccessDenied"
        assert not allowed
    else:
        assert allowed


def test_an_operation_that_breaks_is_recorded_and_changes_nothing(
    world: World, root: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("watchword.gateway.dispatch.audit.insert", record)
    with pytest.raises(AwsError) as caught:
        dispatch(world, root, ("iam", "CreateUser"), {"UserName": "bob"}, via=STATES)
    assert caught.value.code == "InternalFailure"
    assert journal(world)[-1]["errorCode"] == "InternalFailure"
    assert dispatch(world, root, ("iam", "ListUsers"), {}, via=STATES)["Users"] == []


def test_what_is_not_served_is_a_mistake_of_the_service_that_calls(world: World, root: Caller) -> None:
    assert "ListParts" not in SERVED["iam"]
    with pytest.raises(KeyError):
        dispatch(world, root, ("iam", "ListParts"), {}, via=STATES)
