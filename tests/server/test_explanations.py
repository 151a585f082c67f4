"""Refusals found, explained and mended: by the operations that the console's explorer calls."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.server.harness import (
    Answer,
    Draft,
    Keys,
    Line,
    Running,
    client,
    code_of,
    credentials,
    serve,
    told,
)

ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
SALARIES = "arn:aws:s3:::payroll/salaries"
JSON = {"content-type": "application/json"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Stage:
    """Two accounts: in the first, ann may read reports and is refused the salaries; bob may do nothing."""

    def __init__(self, server: Running) -> None:
        self.server = server
        other = told("account", "create", "other", "--data", str(server.data))["AccountId"]
        self.administrator, self.other = (
            credentials(server.data),
            credentials(server.data, "--account", other),
        )
        self.account = self.client("sts").get_caller_identity()["Account"]
        self.ann, self.bob = (self.user(name) for name in ("ann", "bob"))
        self.arn = f"arn:aws:iam::{self.account}:user/ann"
        self.allow(ALLOW)
        self.client("s3").create_bucket(Bucket="payroll")
        self.client("s3").put_object(Bucket="payroll", Key="salaries", Body=b"much")
        self.client("s3", self.other).create_bucket(Bucket="theirs")
        self.client("s3", self.other).put_bucket_policy(
            Bucket="theirs",
            Policy=document(
                ALLOW
                | {
                    "Sid": "Secret",
                    "Principal": {"AWS": self.account},
                    "Resource": "arn:aws:s3:::theirs/*",
                    "Condition": {"StringEquals": {"aws:PrincipalTag/secret": "x"}},
                }
            ),
        )

    def client(self, service: str, keys: Keys | None = None) -> Any:
        return client(service, self.server.endpoint, keys or self.administrator)

    def user(self, name: str) -> Keys:
        self.client("iam").create_user(UserName=name)
        key: Keys = self.client("iam").create_access_key(UserName=name)["AccessKey"]
        return key

    def allow(self, *statements: dict[str, Any], user: str = "ann") -> None:
        iam = self.client("iam")
        iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=document(*statements))

    def refused(self, bucket: str = "payroll", key: str = "salaries") -> ClientError:
        with pytest.raises(ClientError, match="AccessDenied") as caught:
            self.client("s3", self.ann).get_object(Bucket=bucket, Key=key)
        return caught.value

    def answer(self, operation: str, keys: Keys | None = None, **given: object) -> Answer:
        draft = Draft(
            "access-analyzer",
            path=f"/watchword-explanations/{operation.removeprefix('Explain').lower()}",
            headers=JSON,
            body=json.dumps(given).encode(),
        )
        with Line(self.server.endpoint) as line:
            return line.send(draft.signed(self.server.endpoint, keys or self.administrator))

    def explained(self, operation: str, keys: Keys | None = None, **given: object) -> Any:
        answer = self.answer(operation, keys, **given)
        assert answer.status == 200, answer.body
        return json.loads(json.loads(answer.body)["explanation"])

    def access(self, **given: object) -> Any:
        asked = {"principalArn": self.arn, "action": "s3:GetObject", "resource": SALARIES}
        (decision,) = self.explained("ExplainAccess", **asked | given)["decisions"]
        return decision


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with serve(tmp_path_factory.mktemp("explanations") / "data") as server:
        yield Stage(server)


def id_of(error: ClientError) -> str:
    return str(error.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"])


def station(decision: Any, policy_type: str) -> Any:
    (found,) = [each for each in decision["path"] if each["policyType"] == policy_type]
    return found


def test_a_refusal_is_explained_by_its_request_id(stage: Stage) -> None:
    told = stage.explained("ExplainEvent", requestId=id_of(stage.refused()))
    assert (told["version"], told["event"]["errorCode"]) == (1, "AccessDenied")
    assert told["event"]["userIdentity"]["arn"] == stage.arn
    (decision,) = told["decisions"]
    assert (decision["decision"], decision["request"]["resource"]) == ("implicitDeny", SALARIES)
    identity = station(decision, "identity")
    assert identity["says"] == "lacks"
    (near,) = identity["statements"]
    assert (near["policy"], near["applies"]) == ("own", False)
    assert near["compared"] == [
        {"element": "Resource", "expected": [ALLOW["Resource"]], "actual": SALARIES, "holds": False}
    ]


def test_the_command_line_says_the_same(stage: Stage) -> None:
    request_id = id_of(stage.refused())
    event = told("explain", request_id, "--output", "json", "--data", str(stage.server.data))
    assert event["explained"] == stage.explained("ExplainEvent", requestId=request_id)["decisions"]
    assert event["requestID"] == request_id


def test_searches_are_limited(stage: Stage) -> None:
    """More of them than run at once are refused, and are tried again."""
    lookup = stage.client("cloudtrail").lookup_events
    with ThreadPoolExecutor(8) as threads:
        codes = set(threads.map(lambda _: code_of(lookup, MaxResults=1), range(40)))
    assert codes <= {"", "ThrottlingException"}
    assert "" in codes


def test_a_refusal_is_explained_by_its_sentence(stage: Stage) -> None:
    """As a program prints it."""
    error = stage.refused()
    told = stage.explained("ExplainEvent", sentence=f"fatal error: {error}")
    assert told["event"]["requestID"] == id_of(error)
    changed = stage.answer("ExplainEvent", sentence=str(error).replace("salaries", "wages"))
    assert changed.code == "ResourceNotFoundException"


@pytest.mark.parametrize("given", [{}, {"requestId": "a", "sentence": "b"}])
def test_one_of_both(stage: Stage, given: dict[str, str]) -> None:
    assert stage.answer("ExplainEvent", **given).code == "ValidationException"


def test_a_message_is_explained(stage: Stage) -> None:
    headers = stage.refused().response["ResponseMetadata"]["HTTPHeaders"]
    message = headers["x-watchword-authorization-message"]
    (decision,) = stage.explained("ExplainMessage", encodedMessage=message)["decisions"]
    assert decision["request"]["context"]["aws:username"] == ["ann"]
    assert station(decision, "identity")["statements"][0]["policy"] == "own"
    for keys, given in ((stage.other, message), (stage.administrator, f"{message[:-2]}AA")):
        assert stage.answer("ExplainMessage", keys, encodedMessage=given).code == "ValidationException"


def test_a_fix_is_tried(stage: Stage) -> None:
    """Nothing is stored by that; once it is stored, the request is allowed."""
    refused = stage.access()
    add, widen = (fix["changes"] for fix in refused["fixes"])
    assert [each["change"] for each in (*add, *widen)] == ["add", "widen"]
    for changes in (add, widen):
        assert stage.access(changes=json.dumps(changes))["decision"] == "allow"
    assert stage.access()["decision"] == "implicitDeny"
    stage.allow(ALLOW, add[0]["statement"])
    body = stage.client("s3", stage.ann).get_object(Bucket="payroll", Key="salaries")["Body"]
    assert body.read() == b"much"
    assert stage.access()["decidedBy"]["policy"] == "own"
    stage.allow(ALLOW)


def test_a_deny_is_named_and_has_no_fix(stage: Stage) -> None:
    deny = {"Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::payroll/*"}
    stage.allow(ALLOW, deny)
    decision = stage.access()
    assert (decision["decision"], decision["fixes"]) == ("explicitDeny", [])
    assert decision["decidedBy"] == {
        "policyType": "identity",
        "policy": "own",
        "statement": 1,
        "sid": "Never",
    }
    stage.allow(ALLOW)


def test_a_role_and_its_sessions(stage: Stage) -> None:
    iam = stage.client("iam")
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": stage.account}})
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    session = f"arn:aws:sts::{stage.account}:assumed-role/reader/today"
    for arn in (role, session):
        assert stage.access(principalArn=arn)["decision"] == "implicitDeny"
    assert stage.access(action="sts:AssumeRole", resource=role)["path"][2]["called"] == "trust"
    context = {"sts:ExternalId": ["x"]}
    assert (
        stage.access(action="sts:AssumeRole", resource=role, context=context)["request"]["context"][
            "sts:externalid"
        ]
        == "x"
    )


@pytest.mark.parametrize(
    "given",
    [
        {"principalArn": "nobody"},
        {"principalArn": "arn:aws:iam::{account}:user/nobody"},
        {"resource": "nothing"},
        {"resource": "arn:aws:s3:::theirs/k"},
        {"changes": "{"},
        {"changes": "[{}]"},
        {"changes": json.dumps([{"change": "add", "policyType": "identity", "statement": {}}])},
        {
            "changes": json.dumps(
                [
                    {
                        "change": "widen",
                        "policyType": "identity",
                        "policy": "own",
                        "statement": 7,
                        "resource": "*",
                    }
                ]
            )
        },
        {"changes": json.dumps([{"change": "add", "policyType": "identity", "statement": ALLOW}] * 17)},
        {"context": {"aws:username": ["eve"]}},
        {"context": {"aws:CurrentTime": ["tea time"]}},
    ],
)
def test_what_cant_be_decided(stage: Stage, given: dict[str, Any]) -> None:
    filled = {
        name: each.format(account=stage.account) if name == "principalArn" else each
        for name, each in given.items()
    }
    asked = {"principalArn": stage.arn, "action": "s3:GetObject", "resource": SALARIES}
    answer = stage.answer("ExplainAccess", **asked | filled)
    assert (answer.status, answer.code) == (400, "ValidationException"), answer.body


def test_a_case(stage: Stage) -> None:
    case = {
        "request": {
            "principal": {"type": "user", "arn": stage.arn},
            "action": "s3:GetObject",
            "resource": "arn:aws:s3:::reports/a",
        },
        "policies": {"identity": [document(ALLOW)]},
    }
    (decision,) = stage.explained("ExplainCase", case=json.dumps(case))["decisions"]
    start, end = station(decision, "identity")["statements"][0]["span"]
    assert json.loads(document(ALLOW)[start:end]) == ALLOW
    case["policies"] = {"identity": ["{"]}
    assert stage.explained("ExplainCase", case=json.dumps(case))["error"]["policy"] == "identity[0]"
    assert stage.answer("ExplainCase", case="{").code == "ValidationException"


# --- who may ask ------------------------------------------------------------------------------------------


def test_who_may_do_nothing_learns_nothing(stage: Stage) -> None:
    asked: dict[str, dict[str, object]] = {
        "ExplainEvent": {"requestId": id_of(stage.refused())},
        "ExplainMessage": {"encodedMessage": "x"},
        "ExplainAccess": {"principalArn": stage.arn, "action": "s3:GetObject", "resource": SALARIES},
        "ExplainCase": {"case": "{}"},
    }
    for operation, given in asked.items():
        answer = stage.answer(operation, stage.bob, **given)
        assert (answer.status, answer.code) == (403, "AccessDeniedException"), operation
    assert code_of(stage.client("cloudtrail", stage.bob).lookup_events) == "AccessDeniedException"


def test_a_right_on_one_user_is_none_on_another(stage: Stage) -> None:
    stage.allow(
        {"Effect": "Allow", "Action": "iam:SimulatePrincipalPolicy", "Resource": stage.arn}, user="bob"
    )
    asked = {"action": "s3:GetObject", "resource": SALARIES}
    assert stage.answer("ExplainAccess", stage.bob, principalArn=stage.arn, **asked).status == 200
    other = stage.arn.replace("ann", "bob")
    assert stage.answer("ExplainAccess", stage.bob, principalArn=other, **asked).status == 403
    stage.client("iam").delete_user_policy(UserName="bob", PolicyName="own")


def test_another_account_sees_nothing(stage: Stage) -> None:
    error = stage.refused()
    for given in ({"requestId": id_of(error)}, {"sentence": str(error)}):
        assert stage.answer("ExplainEvent", stage.other, **given).code == "ResourceNotFoundException"
    theirs = stage.client("cloudtrail", stage.other).lookup_events()["Events"]
    accounts = {json.loads(each["CloudTrailEvent"])["recipientAccountId"] for each in theirs}
    assert accounts == {stage.client("sts", stage.other).get_caller_identity()["Account"]}
    asked = {"principalArn": stage.arn, "action": "s3:GetObject", "resource": SALARIES}
    assert stage.answer("ExplainAccess", stage.other, **asked).status == 403


def test_of_another_accounts_policy_nothing_is_told(stage: Stage) -> None:
    """Neither by the record, nor by the message: ann's account isn't the bucket's."""
    stage.allow(ALLOW, ALLOW | {"Resource": "*"})
    error = stage.refused("theirs", "k")
    told = stage.explained("ExplainEvent", requestId=id_of(error))
    (event,) = [
        each
        for each in stage.client("cloudtrail").lookup_events()["Events"]
        if each["EventId"] == id_of(error)
    ]
    message = error.response["ResponseMetadata"]["HTTPHeaders"]["x-watchword-authorization-message"]
    other = stage.client("sts", stage.other).get_caller_identity()["Account"]
    for text in (told, event["CloudTrailEvent"], stage.explained("ExplainMessage", encodedMessage=message)):
        assert "Secret" not in json.dumps(text)
        assert "PrincipalTag/secret" not in json.dumps(text)
        assert other not in json.dumps(text)
    (decision,) = told["decisions"]
    assert station(decision, "resource")["says"] == "lacks"
    assert station(decision, "identity")["says"] == "allows"
    stage.allow(ALLOW)


# --- the list of events -----------------------------------------------------------------------------------


def found(stage: Stage, **attributes: str) -> list[Any]:
    given = [{"AttributeKey": name, "AttributeValue": value} for name, value in attributes.items()]
    events: list[Any] = stage.client("cloudtrail").lookup_events(LookupAttributes=given)["Events"]
    return events


def test_refusals_are_found(stage: Stage) -> None:
    error = stage.refused()
    request_id = id_of(error)
    for attributes in (
        {"ErrorCode": "AccessDenied", "Principal": "user/ann", "Action": "s3:get*"},
        {"Username": "ann", "EventName": "GetObject"},
        {"ErrorMessage": error.response["Error"]["Message"]},
        {"EventId": request_id},
        {"ResourceName": SALARIES, "EventSource": "s3.amazonaws.com", "ReadOnly": "true"},
        {"AccessKeyId": stage.ann["AccessKeyId"]},
    ):
        assert found(stage, **attributes)[0]["EventId"] == request_id, attributes
    (event,) = found(stage, EventId=request_id)
    assert (event["EventName"], event["ReadOnly"], event["Username"]) == ("GetObject", "true", "ann")
    assert event["Resources"] == [{"ResourceName": SALARIES}]
    assert json.loads(event["CloudTrailEvent"])["errorCode"] == "AccessDenied"
    for attributes in (
        {"EventId": request_id, "Username": "bob"},
        {"EventId": "none"},
        {"EventId": '"'},
        {"ErrorCode": "AccessDenied", "Principal": "user/an?n"},
        {"ResourceType": "AWS::S3::Bucket"},
    ):
        assert found(stage, **attributes) == [], attributes


def test_pages_joined_are_the_whole(stage: Stage) -> None:
    """Changes are from the database, all else from the journal; newest first, none twice."""
    stage.refused()
    stage.client("iam").tag_user(UserName="bob", Tags=[{"Key": "k", "Value": "v"}])
    pager = stage.client("cloudtrail").get_paginator("lookup_events")
    whole, small = (
        [
            each
            for page in pager.paginate(PaginationConfig={"PageSize": size})
            for each in page["Events"]
            if each["EventName"] != "LookupEvents"
        ]
        for size in (50, 3)
    )
    assert [each["EventId"] for each in small] == [each["EventId"] for each in whole]
    times = [each["EventTime"] for each in whole]
    assert times == sorted(times, reverse=True)
    assert {"TagUser", "GetObject", "CreateUser"} <= {each["EventName"] for each in whole}
    assert len({each["EventId"] for each in whole}) == len(whole)


def test_times_limit_what_is_found(stage: Stage) -> None:
    lookup = stage.client("cloudtrail").lookup_events
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    assert lookup(StartTime=now + hour)["Events"] == lookup(EndTime=now - hour)["Events"] == []
    assert lookup(StartTime=now - hour, EndTime=now + hour)["Events"]
    assert code_of(lookup, StartTime=now, EndTime=now - hour) == "InvalidTimeRangeException"
    assert lookup(EventCategory="insight")["Events"] == []
    assert code_of(lookup, NextToken="x") == "InvalidNextTokenException"
