"""What a replay knows of a request is what was true of it; of the rest it says that it isn't recorded."""

import re
from collections.abc import Mapping
from typing import Any, cast

import msgspec
import pytest
from tests.access.test_condition_keys import (
    ACCOUNT,
    BY_SERVICES,
    FOR_A_RESOURCE,
    NOW,
    PAGE,
    PRESENT,
    ROLE,
    USER,
    Tagged,
    context_of,
    session,
)

from watchword.access import Caller, Demand, RequestLog
from watchword.access.condition_keys import Gathering
from watchword.access.record import record
from watchword.access.request_context import DIRECT, INSIDE, Via
from watchword.facts import Facts
from watchword.names import HttpRequest
from watchword.names.fold import fold
from watchword.names.principal import Service
from watchword.policy.checking.lint.global_keys import GLOBAL_KEYS
from watchword.policy.language.variables import Value
from watchword.proposals import identities, recorded
from watchword.proposals.context import NEVER_FILLED, Asked, Known, known_of
from watchword.proposals.recorded import Compared, Decided, Statement
from watchword.proposals.resources import Resources
from watchword.services.resources import Attached
from watchword.wire.audit_text import LONGEST_TEXT, cut

BUCKET = Attached(ACCOUNT, tags={"team": "blue"})
KEYS = [
    *(f"{key}team" if key.endswith("/") else key for key in GLOBAL_KEYS),
    *("idp.example.com:sub", "s3:prefix", "sts:externalid", "lambda:sourcefunctionarn"),
]
CREATING = "iam:CreateUser"
"""An action that takes tags."""
FROM_A_CLIENT = HttpRequest(
    "POST", headers=(("user-agent", "curl"), ("referer", "https://example.com")), peer="127.0.0.1"
)
BY_A_SERVICE = Via(invoked_by="states.amazonaws.com")


def gathered(caller: Caller, via: Via, action: str) -> Mapping[str, Value]:
    """The keys that the request had, folded."""
    context = {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)} if action == CREATING else {}
    tags = {"team": "blue"}
    demand = Demand(action, "arn:aws:s3:::bucket/key", ACCOUNT, context, resource_tags=tags)
    request = FROM_A_CLIENT if via is DIRECT else INSIDE
    keys = Gathering(context_of(Tagged(), caller, request, via))
    return {fold(key): value for key, value in keys.of(demand, keys.standing_of(ACCOUNT)).items()}


class There:
    """Resources of a server that has the bucket."""

    def attached(self, *_: object) -> Attached:
        return BUCKET

    def owner(self, *_: object) -> str:
        return ACCOUNT


def known(caller: Caller, via: Via = DIRECT, decided: Decided | None = None, **log: Any) -> Known:
    """What the record of that request tells."""
    request = log.pop("request", FROM_A_CLIENT if via is DIRECT else INSIDE)
    entry = RequestLog("1", NOW, request, via, region="eu-west-1", caller=caller, **log)
    event = recorded.read(msgspec.json.encode(record(entry)))
    identity = identities.read(event.user_identity)
    assert identity.principal is not None
    decided = decided or Decided("allow", CREATING, "arn:aws:s3:::bucket/key")
    asked = Asked(identity, identity.principal, event, decided, cast("Resources", There()))
    return known_of(cast("Facts", Tagged()), asked, KEYS)


CALLERS = [(caller, DIRECT) for caller, _, _ in PRESENT if not isinstance(caller.principal, Service)] + [
    (Caller(USER), BY_SERVICES),
    (Caller(ROLE, "ASIA1", session("role")), BY_A_SERVICE),
    (Caller(Service("lambda.amazonaws.com")), FOR_A_RESOURCE),
]


@pytest.mark.parametrize("action", [CREATING, "sqs:SendMessage"])
@pytest.mark.parametrize(("caller", "via"), CALLERS)
def test_what_is_known_was_true(caller: Caller, via: Via, action: str) -> None:
    true = gathered(caller, via, action)
    found = known(caller, via, Decided("allow", action, "arn:aws:s3:::bucket/key"))
    for key in found.keys.keys() | set(KEYS) - found.unknown:
        assert found.keys.get(key) == true.get(key), key


def test_what_is_unknown_of_a_user() -> None:
    """Of a request by a long-term key: what it was given, and the connection."""
    assert known(Caller(USER)).unknown == {
        *("aws:referer", "aws:securetransport", "aws:requesttag/team", "aws:tagkeys"),
    }


def test_a_session_may_have_had_tags_and_claims() -> None:
    unknown = known(Caller(ROLE, "ASIA1", session("role"))).unknown
    assert {"aws:principaltag/team", "idp.example.com:sub", "lambda:sourcefunctionarn"} <= unknown


def test_a_key_that_the_action_does_not_take_was_missing() -> None:
    found = known(Caller(USER), decided=Decided("allow", "s3:GetObject", "arn:aws:s3:::bucket/key"))
    assert not {"aws:requesttag/team", "aws:tagkeys", "s3:prefix"} & (found.unknown | found.keys.keys())
    listing = known(Caller(USER), decided=Decided("allow", "s3:ListBucket", "arn:aws:s3:::bucket"))
    assert "s3:prefix" in listing.unknown


@pytest.mark.parametrize("by", ["conditions", "failed"])
def test_what_a_condition_compared_is_known(by: str) -> None:
    compared = (Compared("s3:Prefix", "home/"), Compared("aws:SecureTransport", None))
    statement = Statement("identity", "Allow", **{by: compared})
    decided = Decided("allow", "s3:ListBucket", "arn:aws:s3:::bucket", (statement,))
    found = known(Caller(USER), decided=decided)
    assert found.keys["s3:prefix"] == "home/"
    assert "aws:securetransport" not in found.unknown | found.keys.keys()


def test_what_was_cut_is_unknown() -> None:
    request = HttpRequest("POST", headers=(("user-agent", "x" * (LONGEST_TEXT + 1)),), peer="127.0.0.1")
    assert "aws:useragent" in known(Caller(USER), request=request).unknown
    compared = (Compared("s3:prefix", cut("x" * (LONGEST_TEXT + 1))),)
    decided = Decided("allow", "s3:ListBucket", "b", (Statement("identity", "Allow", compared),))
    assert "s3:prefix" in known(Caller(USER), decided=decided).unknown


def test_the_region_of_a_bucket_is_its_own() -> None:
    reading = Decided("allow", "s3:GetObject", "arn:aws:s3:::bucket/key")
    assert "aws:requestedregion" in known(Caller(USER), decided=reading).unknown
    assert known(Caller(USER)).keys["aws:requestedregion"] == "us-east-1"


def test_a_code_may_have_come_with_the_call() -> None:
    decided = Decided("allow", "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/worker")
    assert "aws:multifactorauthpresent" in known(Caller(USER), decided=decided).unknown


def test_tags_and_organizations_are_those_of_today() -> None:
    assert known(Caller(USER)).today == {
        *("aws:principaltag/team", "aws:resourcetag/team"),
        *("aws:principalorgid", "aws:principalorgpaths", "aws:resourceorgid", "aws:resourceorgpaths"),
    }


def test_the_table_of_what_is_never_filled_is_that_of_the_page() -> None:
    told = re.findall(r"^\| `(aws:\w+)/?\*?` \| no \|", PAGE.read_text(), re.MULTILINE)
    assert {fold(key) for key in told} == NEVER_FILLED
