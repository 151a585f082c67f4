"""How a log is read: every event counts, and what its record lacks is never taken for unchanged."""

import json
from typing import Any, cast

import msgspec
import pytest
from tests.access.test_condition_keys import ACCOUNT, NOW, ROLE, USER, session

from watchword.access import Caller, Demand, RequestLog
from watchword.access.caller import NOBODY
from watchword.access.record import record
from watchword.facts import Facts
from watchword.names import AwsError, HttpRequest
from watchword.names.principal import RoleSession
from watchword.policy import Policies, Policy, Request, decide
from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.unknown import Readings
from watchword.proposals.effects import Outcome, Proposal
from watchword.proposals.places import Place
from watchword.proposals.replay import NO_OWNER, SHORTENED, Replay
from watchword.proposals.report import EXAMPLES

TIME = "2026-11-23T00:00:00Z"
DENY = {"Effect": "Deny", "Action": "*", "Resource": "*"}
FOR_ALL = DENY | {"Principal": "*"}
ALLOWED: dict[str, Any] = {"decision": "allow", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"}


class Empty:
    """Facts of a server that has nothing any more."""

    def get(self, *_: object) -> None:
        """Nothing is there."""


def replayed(type_: PolicyType, *statements: dict[str, object], since: str = "", until: str = "") -> Replay:
    policy = Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    place = Place("ou-1", "OU Sandbox (ou-1)", frozenset({ACCOUNT, USER.arn}))
    return Replay(cast("Facts", Empty()), Proposal(type_, Readings(policy), place), since, until)


def event(caller: Caller | None = None, *decisions: dict[str, Any], **more: Any) -> bytes:
    """The event of a request on which this was decided."""
    log = RequestLog("1", NOW, HttpRequest("GET", peer="127.0.0.1"), caller=caller or Caller(USER))
    found = json.loads(msgspec.json.encode(record(log)))
    return json.dumps({**found, "additionalEventData": {"decisions": decisions}, **more}).encode()


def test_equal_requests_are_one_row() -> None:
    replay = replayed(PolicyType.SCP, DENY)
    for number in range(EXAMPLES + 2):
        replay.read(event(None, ALLOWED, requestID=str(number), eventTime=f"2026-11-23T00:00:0{number}Z"))
    ((group, row),) = replay.report.sorted_rows
    assert (group.outcome, group.caller, group.action) == (Outcome.REFUSED, USER.arn, "s3:GetObject")
    assert (row.count, row.examples, row.last) == (EXAMPLES + 2, ["0", "1", "2"], "2026-11-23T00:00:04Z")


def test_sessions_of_a_role_are_one_caller() -> None:
    replay = replayed(PolicyType.SCP, DENY)
    replay.read(event(Caller(ROLE, "ASIA1", session("role")), ALLOWED))
    ((group, _),) = replay.report.sorted_rows
    assert group.caller == ROLE.role_arn


def test_a_request_counts_once_whatever_it_needed() -> None:
    replay = replayed(PolicyType.SCP, DENY)
    replay.read(event(None, ALLOWED, ALLOWED | {"action": "s3:GetObjectTagging"}, ALLOWED))
    assert replay.report.outcomes == {Outcome.REFUSED: 1}
    assert [row.count for _, row in replay.report.sorted_rows] == [2, 1]


@pytest.mark.parametrize(
    ("line", "requests", "unreadable"),
    [
        (b"", 0, 1),
        (b"{", 0, 1),
        (b"[]", 0, 1),
        (b'{"eventTime": 5, "eventType": "AwsApiCall"}', 0, 1),
        (event(None, ALLOWED, eventType="RefusedRequests"), 0, 0),
        (event(None, ALLOWED, eventType="Operator"), 0, 0),
        (event(None, ALLOWED, userIdentity={"type": "IAMUser", "arn": "x"}), 0, 1),
        (event(None, ALLOWED, userIdentity={"type": "AssumedRole", "arn": USER.arn}), 0, 1),
        (event(None, userIdentity={"type": "Unknown"}), 1, 0),
        (event(), 1, 0),
    ],
)
def test_what_is_no_decision_is_no_change(line: bytes, requests: int, unreadable: int) -> None:
    replay = replayed(PolicyType.SCP, DENY)
    replay.read(line)
    report = replay.report
    assert (report.requests, report.unreadable, report.outcomes) == (requests, unreadable, {})


@pytest.mark.parametrize(
    "condition",
    [
        {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
        {"NumericGreaterThan": {"aws:EpochTime": "1"}},
    ],
)
def test_a_time_that_is_none_is_not_known(condition: dict[str, object]) -> None:
    for time, outcome in ((TIME, Outcome.REFUSED), ("soon", Outcome.UNDECIDED)):
        replay = replayed(PolicyType.SCP, DENY | {"Condition": condition})
        replay.read(event(None, ALLOWED, eventTime=time))
        assert replay.report.outcomes == {outcome: 1}


def test_a_period_begins_with_its_first_second_and_ends_before_its_last() -> None:
    for since, until, requests in ((TIME, "", 1), ("", TIME, 0), ("2026-11-23T00:00:01Z", "", 0)):
        replay = replayed(PolicyType.SCP, DENY, since=since, until=until)
        replay.read(event(None, ALLOWED))
        assert replay.report.requests == requests


@pytest.mark.parametrize(
    "shortened",
    [
        {"omitted": True, "bytes": 5000, "sha256": "0"},
        ALLOWED | {"resource": f"arn:aws:s3:::b/{'k' * 4096}... (cut: 5000 characters, SHA-256 {'0' * 64})"},
    ],
)
def test_a_shortened_record_is_undecided(shortened: dict[str, Any]) -> None:
    replay = replayed(PolicyType.RCP, FOR_ALL)
    replay.read(event(NOBODY, shortened))
    ((group, _),) = replay.report.sorted_rows
    assert (group.outcome, group.because) == (Outcome.UNDECIDED, SHORTENED.because)


def test_whose_a_deleted_bucket_was_is_unknown() -> None:
    replay = replayed(PolicyType.RCP, FOR_ALL)
    replay.read(event(None, ALLOWED))
    replay.read(event(None, ALLOWED | {"action": "iam:GetUser", "resource": USER.arn}))
    replay.read(event(None, ALLOWED | {"action": "sts:AssumeRole", "resource": "arn:aws:iam::9:role/x"}))
    replay.read(event(None, ALLOWED | {"action": "lambda:Invoke", "resource": "no ARN"}))  # no RCP binds it
    ((group, _),) = replay.report.sorted_rows
    assert (group.outcome, group.because) == (Outcome.UNDECIDED, NO_OWNER.because)


def test_that_a_bucket_is_gone_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(Empty, "get", lambda _, *key: asked.append(key))
    replay = replayed(PolicyType.RCP, FOR_ALL)
    for key in range(9):
        replay.read(event(None, ALLOWED | {"resource": f"arn:aws:s3:::b/{key}"}))
    assert len(asked) == 1


def test_no_guardrail_binds_a_service_linked_role() -> None:
    replay = replayed(PolicyType.SCP, DENY)
    linked = RoleSession(ACCOUNT, "AWSServiceRoleForX", "AROA2", "s", "/aws-service-role/x.amazonaws.com/")
    replay.read(event(Caller(linked, "ASIA1", session("role")), ALLOWED))
    assert replay.report.unchanged == 1


def test_what_conditions_compared_then_is_part_of_the_question() -> None:
    prefix = {"Condition": {"StringLike": {"s3:prefix": "home/*"}}}
    replay = replayed(PolicyType.SCP, DENY | prefix)
    for value in ("home/ann", "shared/"):
        compared = {"element": "Condition", "key": "s3:prefix", "actual": value}
        match = {"policyType": "identity", "effect": "Allow", "conditions": [compared]}
        listing = {"action": "s3:ListBucket", "resource": "arn:aws:s3:::b", "matches": [match]}
        replay.read(event(None, ALLOWED | listing))
    assert (replay.report.outcomes, replay.report.unchanged) == ({Outcome.REFUSED: 1}, 1)


def test_callers_elsewhere_are_not_covered() -> None:
    replay = replayed(PolicyType.SCP, DENY)
    replay.read(event(NOBODY, ALLOWED))
    other = Caller(type(USER)("999999999999", "bob", "AIDA2"))
    replay.read(event(other, ALLOWED))
    assert (replay.report.outcomes, replay.report.unchanged) == ({}, 2)


def test_the_record_of_a_real_decision_is_read() -> None:
    """Not only one that a test wrote."""
    request = Request(USER, "s3:GetObject", "arn:aws:s3:::b/k", {"aws:SourceIp": "127.0.0.1"})
    decision = decide(request, Policies())
    demand = Demand("s3:GetObject", "arn:aws:s3:::b/k", ACCOUNT)
    log = RequestLog(
        "1", NOW, HttpRequest("GET"), caller=Caller(USER), demands=(demand,), decisions=(decision,)
    )
    log.error = AwsError("AccessDenied", 403, "no")
    replay = replayed(PolicyType.IDENTITY, DENY | {"Effect": "Allow", "Action": "s3:Get*"})
    replay.read(msgspec.json.encode(record(log)))
    assert replay.report.outcomes == {Outcome.ALLOWED: 1}


def test_equal_questions_are_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_night = DENY | {"Condition": {"DateLessThan": {"aws:CurrentTime": "2026-11-23T00:00:05Z"}}}
    for statement, asked in ((DENY, 1), (at_night, 9)):
        replay = replayed(PolicyType.SCP, statement)
        questions: list[object] = []
        real = replay._ask

        def ask(*given: Any, real: Any = real, questions: list[object] = questions) -> Any:
            questions.append(given)
            return real(*given)

        monkeypatch.setattr(replay, "_ask", ask)
        for second in range(9):
            replay.read(event(None, ALLOWED, eventTime=f"2026-11-23T00:00:0{second}Z"))
        assert len(questions) == asked
    assert replay.report.outcomes == {Outcome.REFUSED: 5}
