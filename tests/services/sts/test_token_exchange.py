"""Token exchange at an account's issuer (RFC 8693): who gets which token, and what is refused how.

Requests are forms that urllib sends; tokens are verified by PyJWT, which fetches the issuer's keys.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.server.test_audit import events
from tests.services.sts.harness import ACCOUNT, arn, client, document
from tests.services.sts.issuer import Issuer
from tests.services.sts.test_outbound import AWS, verified

from watchword.testing import Server

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPE = "urn:ietf:params:oauth:token-type:"
JWT, SESSION = f"{TYPE}jwt", f"{TYPE}access_token"
AUDIENCE = "https://warehouse.example"
OTHER = "210987654321"


class Exchange:
    """A server whose account issues tokens and trusts an issuer; and the role `deploy`, which trusts ann."""

    headers: Mapping[str, str] = {}
    """Further ones, of signed requests."""
    scope = "sts"
    """The service that they are signed for."""
    appended = b""
    """To the body of signed requests, once they are signed."""

    def __init__(self, server: Server, issuer: Issuer, data: Path) -> None:
        self.server, self.issuer, self.data = server, issuer, data
        self.iam = boto3.client("iam", **server.client_arguments)
        self.url = str(self.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"])
        self.iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["sts.amazonaws.com"])
        self.make_role("deploy")
        self.before = set(events(data))

    def make_role(self, name: str, allowed: Any = "sts:GetWebIdentityToken", **condition: Any) -> None:
        trust = document(
            "sts:AssumeRoleWithWebIdentity",
            Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{self.issuer.name}"},
            Condition={"StringEquals": {f"{self.issuer.name}:sub": "ann"}},
        )
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        policy = document(allowed, Resource="*", **({"Condition": condition} if condition else {}))
        self.iam.put_role_policy(RoleName=name, PolicyName="tokens", PolicyDocument=policy)

    def form(self, **changed: Any) -> dict[str, Any]:
        given = {
            "grant_type": GRANT,
            "subject_token": changed.get("subject_token") or self.issuer.token(sub="ann"),
            "subject_token_type": JWT,
            "audience": AUDIENCE,
            "role_arn": arn("deploy"),
        }
        return {name: value for name, value in (given | changed).items() if value is not None}

    def send(
        self, form: Any, headers: dict[str, str] | None = None, query: str = ""
    ) -> tuple[int, dict[str, Any]]:
        body = form if isinstance(form, bytes) else urlencode(form, doseq=True).encode()
        url = self.metadata()["token_endpoint"] + query
        given = {"content-type": "application/x-www-form-urlencoded"} | (headers or {})
        request = urllib.request.Request(url, data=body, headers=given)
        try:
            with urllib.request.urlopen(request) as answer:
                assert answer.headers["cache-control"] == "no-store"
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def metadata(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/.well-known/openid-configuration") as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def refused(self, **changed: Any) -> str:
        """The error of a refusal, with its description."""
        status, answer = self.send(self.form(**changed))
        assert status == 400
        assert "access_token" not in answer
        return f"{answer['error']}: {answer['error_description']}"

    def session(self, role: str = "deploy", subject: str = "ann") -> dict[str, str]:
        found: dict[str, str] = client(
            self.server, "sts", {"AccessKeyId": "", "SecretAccessKey": ""}
        ).assume_role_with_web_identity(
            RoleArn=arn(role), RoleSessionName="run", WebIdentityToken=self.issuer.token(sub=subject)
        )["Credentials"]
        return found

    def signed(self, session: dict[str, str], **changed: Any) -> tuple[int, dict[str, Any]]:
        """A session's own request; what changes afterwards isn't signed."""
        form = self.form(
            subject_token=session["SessionToken"], subject_token_type=SESSION, role_arn=None, **changed
        )
        body, url = urlencode(form, doseq=True), self.metadata()["token_endpoint"]
        keys = Credentials(
            session["AccessKeyId"],
            session["SecretAccessKey"],
            session.get("Signing", session["SessionToken"]),
        )
        media = {"content-type": "application/x-www-form-urlencoded", **self.headers}
        request = AWSRequest(method="POST", url=url, data=body, headers=media)
        SigV4Auth(keys, self.scope, "us-east-1").add_auth(request)
        return self.send(
            body.encode() + self.appended, {name: str(value) for name, value in request.headers.items()}
        )

    def events(self, name: str) -> list[dict[str, Any]]:
        """Of this test."""
        new = {key: event for key, event in events(self.data).items() if key not in self.before}
        return [each for each in new.values() if each["eventName"] == name]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with Issuer.start(tmp_path_factory.mktemp("issuer")) as started:
        yield started


@pytest.fixture(scope="module")
def started(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    place = tmp_path_factory.mktemp("exchange")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        server = Server.start("--private-issuers", issuer.url, "--account", f"{ACCOUNT},{OTHER}")
    with server:
        yield server, next(place.glob("watchword-*"))


@pytest.fixture
def exchange(started: tuple[Server, Path], issuer: Issuer) -> Exchange:
    started[0].reset()
    return Exchange(started[0], issuer, started[1])


def test_it_is_advertised(exchange: Exchange) -> None:
    found = exchange.metadata()
    assert found["token_endpoint"] == f"{exchange.url}/token"
    assert found["grant_types_supported"] == [GRANT]


def test_for_a_token_of_a_provider(exchange: Exchange) -> None:
    status, answer = exchange.send(exchange.form())
    assert status == 200
    assert answer["issued_token_type"] == JWT
    assert answer["token_type"] == "N_A"
    claims = verified(exchange.url, answer["access_token"], AUDIENCE)
    assert claims["sub"] == arn("deploy")
    assert claims["sub_id"] == {"format": "iss_sub", "iss": exchange.issuer.url, "sub": "ann"}
    assert claims["exp"] - claims["iat"] == answer["expires_in"] == 300
    assert claims[AWS]["federated_provider"].endswith(exchange.issuer.name)
    assert "scope" not in claims
    assert "scope" not in answer


def test_for_a_session(exchange: Exchange) -> None:
    status, answer = exchange.signed(exchange.session(), requested_token_type=SESSION)
    assert status == 200
    assert (answer["issued_token_type"], answer["token_type"]) == (SESSION, "Bearer")
    claims = verified(exchange.url, answer["access_token"], AUDIENCE)
    assert claims["sub"] == arn("deploy")
    assert "sub_id" not in claims


def test_audiences_and_resources(exchange: Exchange) -> None:
    _, answer = exchange.send(exchange.form(audience=["a", "b", "a"], resource="https://c.example/x"))
    assert verified(exchange.url, answer["access_token"], "b")["aud"] == ["a", "b", "https://c.example/x"]
    for wrong in ("relative", "https://a.example/#x", "http://["):
        assert exchange.refused(resource=wrong).startswith("invalid_target")
    assert exchange.refused(audience="").startswith("invalid_request: audience is missing")
    assert exchange.refused(audience=[str(each) for each in range(11)]).startswith("invalid_target")
    assert exchange.refused(audience="x" * 1001).startswith("invalid_target")


SCOPES = {
    ("read write", None): "read write",
    ("read write", "read"): "read",
    ("read write", "write read"): "write read",
    ("read write", "read admin"): None,
    (None, "read"): None,
    (7, "7"): None,
    (None, None): "",
}


@pytest.mark.parametrize(("had", "asked"), SCOPES)
def test_the_scope_is_never_wider(exchange: Exchange, had: str | None, asked: str | None) -> None:
    expected = SCOPES[had, asked]
    token = exchange.issuer.token(sub="ann", scope=had)
    status, answer = exchange.send(exchange.form(subject_token=token, scope=asked))
    if expected is None:
        assert (status, answer["error"]) == (400, "invalid_scope")
        return
    assert answer.get("scope", "") == expected
    assert verified(exchange.url, answer["access_token"], AUDIENCE).get("scope", "") == expected


def test_a_session_has_no_scope(exchange: Exchange) -> None:
    status, answer = exchange.signed(exchange.session(), scope="read")
    assert (status, answer["error"]) == (400, "invalid_scope")


def test_it_ends_with_the_token_that_was_shown(exchange: Exchange) -> None:
    now = int(time.time())
    _, answer = exchange.send(exchange.form(subject_token=exchange.issuer.token(sub="ann", exp=now + 90)))
    claims = verified(exchange.url, answer["access_token"], AUDIENCE)
    assert claims["exp"] <= now + 90
    assert answer["expires_in"] <= 90
    expired = exchange.issuer.token(sub="ann", exp=now - 10)  # within the skew of clocks
    assert exchange.refused(subject_token=expired) == "invalid_request: The subject_token has expired."


def test_it_ends_with_the_session(exchange: Exchange) -> None:
    session = exchange.session()
    exchange.server.advance(3600 - 60)
    _, answer = exchange.signed(session)
    assert answer["expires_in"] <= 60
    exchange.server.advance(61)
    status, answer = exchange.signed(session)
    assert (status, answer["error"]) == (401, "invalid_client")


def test_the_trust_policy_decides(exchange: Exchange) -> None:
    bob = exchange.issuer.token(sub="bob")
    said = "invalid_request: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    assert exchange.refused(subject_token=bob) == said
    assert exchange.refused(role_arn=arn("none")) == said
    (refused, _) = exchange.events("AssumeRoleWithWebIdentity")
    assert refused["errorCode"] == "AccessDenied"
    assert refused["userIdentity"]["userName"] == "bob"
    assert refused["sourceIPAddress"] == "127.0.0.1"
    assert exchange.events("GetWebIdentityToken") == []


def test_the_policies_of_the_role_decide(exchange: Exchange) -> None:
    only = {"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": AUDIENCE}}
    exchange.make_role("narrow", **only)
    assert exchange.send(exchange.form(role_arn=arn("narrow")))[0] == 200
    assert exchange.refused(role_arn=arn("narrow"), audience="else").startswith(
        "invalid_target: User: arn:aws:"
    )
    exchange.make_role("nothing", "s3:*")
    assert exchange.refused(role_arn=arn("nothing")).startswith("invalid_target")
    status, answer = exchange.signed(exchange.session("narrow"), audience="else")
    assert (status, answer["error"]) == (400, "invalid_target")
    assert len([each for each in exchange.events("GetWebIdentityToken") if "errorCode" in each]) == 3


def test_both_calls_are_recorded(exchange: Exchange) -> None:
    exchange.send(exchange.form())
    (assumed,), (issued,) = (
        exchange.events("AssumeRoleWithWebIdentity"),
        exchange.events("GetWebIdentityToken"),
    )
    assert assumed["userIdentity"]["userName"] == "ann"
    assert assumed["responseElements"]["assumedRoleUser"]["arn"] == issued["userIdentity"]["arn"]
    assert issued["userIdentity"]["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ann"
    assert issued["requestParameters"]["audience"] == [AUDIENCE]
    assert issued["sourceIPAddress"] == assumed["sourceIPAddress"] == "127.0.0.1"


def test_a_session_token_alone_proves_nothing(exchange: Exchange) -> None:
    session, other = exchange.session(), exchange.session()
    form = exchange.form(subject_token=session["SessionToken"], subject_token_type=SESSION)
    status, answer = exchange.send(form)
    assert (status, answer["error"]) == (401, "invalid_client")
    root = {"AccessKeyId": exchange.server.access_key_id, "SecretAccessKey": exchange.server.secret}
    of_another = {"SessionToken": session["SessionToken"], "Signing": other["SessionToken"]}
    wrong: dict[str, tuple[dict[str, str], int]] = {
        "another's token": (other | {"Signing": session["SessionToken"]}, 401),
        "signed by another": (other | of_another, 400),
        "another secret": (session | {"SecretAccessKey": "x" * 40}, 401),
        "no session": (session | root, 401),
    }
    for name, (keys, expected) in wrong.items():
        status, answer = exchange.signed(keys)
        assert status == expected, (name, answer)
        assert answer["error"] in {"invalid_client", "invalid_request"}, name


def test_a_session_of_another_account(exchange: Exchange) -> None:
    root = exchange.server.accounts[OTHER]
    keys = {"AccessKeyId": root.access_key_id, "SecretAccessKey": root.secret}
    iam = client(exchange.server, "iam", keys)
    iam.create_user(UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="all", PolicyDocument=document("*", Resource="*"))
    trust = document("sts:AssumeRole", Principal={"AWS": OTHER})
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="deploy", PolicyName="all", PolicyDocument=document("*", Resource="*"))
    bob = client(exchange.server, "sts", iam.create_access_key(UserName="bob")["AccessKey"])
    role = arn("deploy").replace(ACCOUNT, OTHER)
    session = bob.assume_role(RoleArn=role, RoleSessionName="one")["Credentials"]
    status, answer = exchange.signed(session)
    assert (status, answer["error"]) == (400, "invalid_request")
    assert "another account" in answer["error_description"]


def test_a_session_of_a_user_may_not(exchange: Exchange) -> None:
    exchange.iam.create_user(UserName="ann")
    policy = document("*", Resource="*")
    exchange.iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=policy)
    key = exchange.iam.create_access_key(UserName="ann")["AccessKey"]
    session = client(exchange.server, "sts", key).get_session_token()["Credentials"]
    status, answer = exchange.signed(session)
    assert (status, answer["error"]) == (400, "invalid_target")


def test_the_whole_request_is_signed(exchange: Exchange) -> None:
    """Also where a signature of version 4 could leave the body out, as for S3."""
    exchange.headers, exchange.scope = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, "s3"
    status, answer = exchange.signed(exchange.session())
    assert (status, answer["error"]) == (401, "invalid_client")
    exchange.headers, exchange.scope = {}, "sts"
    exchange.appended = b"&audience=else"
    status, answer = exchange.signed(exchange.session())
    assert (status, answer["error"]) == (401, "invalid_client")


def test_a_request_for_another_server_is_not_used_here(exchange: Exchange) -> None:
    session = exchange.session()
    exchange.headers = {"host": "sts.example.com"}
    status, answer = exchange.signed(session)
    assert (status, answer["error"]) == (400, "invalid_request")
    assert "not a name of this server" in answer["error_description"]


def test_what_was_exchanged_is_not_exchanged_again(exchange: Exchange) -> None:
    _, answer = exchange.send(exchange.form())
    exchange.iam.create_open_id_connect_provider(Url=exchange.url, ClientIDList=[AUDIENCE])
    refused = exchange.refused(subject_token=answer["access_token"])
    assert refused.startswith("invalid_request: Tokens of GetWebIdentityToken")


def test_where_the_account_issues_no_tokens(exchange: Exchange) -> None:
    exchange.iam.disable_outbound_web_identity_federation()
    status, answer = exchange.send(exchange.form())
    assert (status, answer["error"]) == (400, "unauthorized_client")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{exchange.url[:-1]}x/token", data=b"x")


def test_a_role_of_another_account(exchange: Exchange) -> None:
    other = arn("deploy").replace(ACCOUNT, OTHER)
    assert exchange.refused(role_arn=other) == (
        "invalid_request: role_arn is not a role of the issuer's account."
    )
    assert exchange.refused(role_arn=None).startswith("invalid_request: role_arn is missing")
    assert exchange.refused(role_arn="x").startswith("invalid_request")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another grant": ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    "no grant": ({"grant_type": None}, "unsupported_grant_type"),
    "no token": ({"subject_token": ""}, "invalid_request"),
    "no type": ({"subject_token_type": None}, "invalid_request"),
    "another type": ({"subject_token_type": f"{TYPE}saml2"}, "invalid_request"),
    "another type wanted": ({"requested_token_type": f"{TYPE}refresh_token"}, "invalid_request"),
    "an actor": ({"actor_token": "x", "actor_token_type": JWT}, "invalid_request"),
    "a type of actor": ({"actor_token_type": JWT}, "invalid_request"),
    "twice": ({"scope": ["a", "b"]}, "invalid_request"),
    "a token that is none": ({"subject_token": "x.y.z"}, "invalid_request"),
    "a session token as a JWT": ({"subject_token": "FwoGZXIvYXdzE"}, "invalid_request"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_request(exchange: Exchange, name: str) -> None:
    changed, expected = WRONG[name]
    form = exchange.form() | changed
    status, answer = exchange.send({key: value for key, value in form.items() if value is not None})
    assert (status, answer["error"]) == (400, expected)


@pytest.mark.parametrize(
    "claims", [{"aud": "else"}, {"exp": 1}, {"iss": "https://idp.example.com"}, {"sub": None}]
)
def test_a_wrong_subject_token(exchange: Exchange, claims: dict[str, Any]) -> None:
    token = exchange.issuer.token(**{"sub": "ann"} | claims)
    assert exchange.refused(subject_token=token).startswith("invalid_request")
    (refused,) = exchange.events("AssumeRoleWithWebIdentity")
    assert refused["errorCode"] in {"InvalidIdentityToken", "ExpiredTokenException"}
    assert token.split(".")[1] not in json.dumps(refused)


def test_what_is_no_form(exchange: Exchange) -> None:
    for body, headers, query in (
        (b"%zz=1", {}, ""),
        (b"\xff", {}, ""),
        (b"{}", {"content-type": "application/json"}, ""),
        (urlencode(exchange.form()).encode(), {}, "?audience=x"),
    ):
        status, answer = exchange.send(body, headers, query)
        assert (status, answer["error"]) == (400, "invalid_request")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{exchange.url}/token")
