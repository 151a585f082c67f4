"""GetDelegatedAccessToken, from the request of one account to what another account's user lets it do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.server.harness import Keys, Running, client, code_of, credentials, serve, told, watchword

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["iam:ListRoles", "s3:*"], "Resource": "*"}],
}


class Stage:
    """A server with two accounts: a partner that asks, and a customer whose user ann accepts."""

    def __init__(self, server: Running) -> None:
        self.server = server
        other = told("account", "create", "customer", "--data", str(server.data))["AccountId"]
        self.partner = credentials(server.data)
        self.customer = credentials(server.data, "--account", other)
        policy = self.iam(self.partner).create_policy(
            PolicyName="installer", PolicyDocument=json.dumps(POLICY)
        )
        self.template = policy["Policy"]["Arn"]
        self.iam(self.customer).create_user(UserName="ann")
        self.allow("iam:*", "s3:ListAllMyBuckets")
        key = self.iam(self.customer).create_access_key(UserName="ann")["AccessKey"]
        self.ann: Keys = key

    def iam(self, keys: Keys) -> Any:
        return client("iam", self.server.endpoint, keys)

    def allow(self, *actions: str) -> None:
        """What ann may do from now on."""
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam(self.customer).put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=document)

    def token(self, workflow: str) -> str:
        """Of a request that ann accepted."""
        request = self.iam(self.partner).create_delegation_request(
            Description="Installs the product",
            Permissions={"PolicyTemplateArn": self.template},
            RequestorWorkflowId=f"workflow-{workflow}",
            NotificationChannel="arn:aws:sns:us-east-1:123456789012:installs",
            SessionDuration=3600,
        )["DelegationRequestId"]
        ann = self.iam(self.ann)
        ann.associate_delegation_request(DelegationRequestId=request)
        ann.accept_delegation_request(DelegationRequestId=request)
        ann.send_delegation_token(DelegationRequestId=request)
        sent = told("delegation", "token", request, "--data", str(self.server.data))
        return str(sent["TradeInToken"])

    def traded(self, token: str) -> Any:
        sts: Any = client("sts", self.server.endpoint, self.partner)
        return sts.get_delegated_access_token(TradeInToken=token)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with serve(tmp_path_factory.mktemp("delegated") / "data") as server:
        yield Stage(server)


def may(stage: Stage, keys: Keys) -> set[str]:
    iam, s3 = stage.iam(keys), client("s3", stage.server.endpoint, keys)
    calls = {
        "ListRoles": iam.list_roles,
        "ListUsers": iam.list_users,
        "ListBuckets": s3.list_buckets,  # type: ignore[attr-defined]
        "CreateBucket": lambda: s3.create_bucket(Bucket="installed"),  # type: ignore[attr-defined]
    }
    codes = {name: code_of(call) for name, call in calls.items()}
    assert set(codes.values()) <= {"", "AccessDenied"}
    return {name for name, code in codes.items() if not code}


def test_the_partner_can_what_both_policies_allow(stage: Stage) -> None:
    """As the very user who accepted; and what that user loses, the partner loses."""
    answer = stage.traded(stage.token("both"))
    account = stage.customer["AccountId"]
    assert answer["AssumedPrincipal"] == f"arn:aws:iam::{account}:user/ann"
    assert 0 < answer["PackedPolicySize"] <= 100
    assert may(stage, answer["Credentials"]) == {"ListRoles", "ListBuckets"}
    stage.allow("iam:*")
    assert may(stage, answer["Credentials"]) == {"ListRoles"}
    stage.allow("iam:*", "s3:ListAllMyBuckets")


def test_every_session_of_it_ends_when_it_does(stage: Stage) -> None:
    token = stage.token("ends")
    first, second = (stage.traded(token)["Credentials"] for _ in range(2))
    assert first["AccessKeyId"] != second["AccessKeyId"]
    assert first["Expiration"] == second["Expiration"]


def test_only_who_asked_can_trade_it_in(stage: Stage) -> None:
    sts: Any = client("sts", stage.server.endpoint, stage.customer)
    assert code_of(sts.get_delegated_access_token, TradeInToken=stage.token("other")) == "ValidationError"
    assert code_of(sts.get_delegated_access_token, TradeInToken="x") == "ValidationError"


def test_a_session_asks_for_no_other(stage: Stage) -> None:
    sts: Any = client("sts", stage.server.endpoint, stage.traded(stage.token("more"))["Credentials"])
    assert code_of(sts.get_session_token) == "AccessDenied"
    assert code_of(sts.get_federation_token, Name="bob") == "AccessDenied"


def test_it_is_listed_and_ends_with_who_accepted(stage: Stage) -> None:
    token = stage.token("revoked")
    made = stage.traded(token)["Credentials"]
    data = ("--data", str(stage.server.data))
    listed = [json.loads(line) for line in watchword("sessions", "--json", *data).stdout.splitlines()]
    (found,) = [each for each in listed if each["AccessKeyId"] == made["AccessKeyId"]]
    user = f"arn:aws:iam::{stage.customer['AccountId']}:user/ann"
    assert found["Arn"] == user
    assert f":{stage.partner['AccountId']}:" in found["AskedBy"]
    told("session", "revoke", user, *data)
    sts: Any = client("sts", stage.server.endpoint, made)
    assert code_of(sts.get_caller_identity) == "InvalidClientTokenId"
    partner: Any = client("sts", stage.server.endpoint, stage.partner)
    assert code_of(partner.get_delegated_access_token, TradeInToken=token) == "ValidationError"
