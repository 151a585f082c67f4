"""What instance metadata answers, and whom it refuses. What a tricked client can send is marked `SSRF`."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace as replaced

from watchword.delivery.link import Link
from watchword.delivery.metadata.endpoint import WELL_KNOWN, Metadata, Told
from watchword.delivery.metadata.instance import Access, Instance, Tokens
from watchword.delivery.metadata.session_tokens import SessionTokens
from watchword.delivery.metadata.tree import Tree
from watchword.delivery.supply import Issued, NotIssued, Refused, Supply
from watchword.names import HttpRequest, HttpResponse

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
ROLE = "arn:aws:iam::111111111111:role/service/web"
INSTANCE = Instance(
    id="i-0abc",
    role=ROLE,
    profile="arn:aws:iam::111111111111:instance-profile/web",
    profile_id="AIPAEXAMPLE",
    availability_zone="us-east-1a",
    tags={"Name": "host-1", "team": "ops"},
)
CREDENTIALS = "/latest/meta-data/iam/security-credentials/web"
TTL = "x-aws-ec2-metadata-token-ttl-seconds"
TOKEN_PATH = "/latest/api/token"


class Connection:
    """A connection to port 80 of 169.254.169.254, as a socket tells it."""

    family = 2

    def __init__(self, ours: str = "169.254.169.254", theirs: str = "169.254.169.254") -> None:
        self.ours, self.theirs, self.hops = ours, theirs, 64

    def getsockname(self) -> tuple[str, int]:
        return self.ours, 80

    def getpeername(self) -> tuple[str, int]:
        return self.theirs, 50000

    def setsockopt(self, _level: int, _option: int, value: int) -> None:
        self.hops = value


class Service:
    """Instance metadata with one instance, and its clocks."""

    def __init__(self, instance: Instance = INSTANCE, *, issue: Callable[[], Issued] | None = None) -> None:
        self.seconds = 0.0
        self.connection = Connection()
        self.link = Link(self.connection, WELL_KNOWN)  # type: ignore[arg-type]
        tree = Tree(instance, region="us-east-1", architecture="x86_64", now=NOW)
        supply = Supply(issue or issued, lambda: NOW) if instance.role else None
        self.told = Told(instance, tree, supply)
        tokens = SessionTokens(os.urandom, lambda: self.seconds)
        self.metadata = Metadata(lambda: self.told, tokens, lambda: NOW)

    def asked(
        self, method: str = "GET", path: str = CREDENTIALS, *headers: tuple[str, str], query: str = ""
    ) -> HttpResponse:
        names = {name for name, _ in headers}
        given = (*(() if "host" in names else (("host", "169.254.169.254"),)), *headers)
        request = HttpRequest(method, path, query, tuple(each for each in given if each[1] != "none"))
        answer = self.metadata.respond(request, self.link, wait=True)
        assert answer
        return answer

    def token(self, seconds: int = 60) -> tuple[str, str]:
        """The header of a token."""
        answer = self.asked("PUT", TOKEN_PATH, (TTL, str(seconds)))
        assert answer.status == 200, answer
        return "x-aws-ec2-metadata-token", text(answer)

    def get(self, path: str) -> HttpResponse:
        return self.asked("GET", path, self.token())

    def options(self, **options: Any) -> None:
        """Sets options while it serves."""
        self.told = replace(self.told, instance=replaced(self.told.instance, **options))


def issued() -> Issued:
    return Issued(ROLE, "ASIAA", "secret", "token", NOW + timedelta(hours=1))


def text(answer: HttpResponse) -> str:
    assert isinstance(answer.body, bytes)
    return answer.body.decode()


@pytest.fixture
def service() -> Service:
    return Service()


def test_credentials(service: Service) -> None:
    answer = service.get(CREDENTIALS)
    assert answer.status == 200
    assert dict(answer.headers) | {"content-type": "text/plain", "cache-control": "no-store"} == dict(
        answer.headers
    )
    assert json.loads(text(answer)) == {
        "Code": "Success",
        "LastUpdated": "2026-11-28T10:00:00Z",
        "Type": "AWS-HMAC",
        "AccessKeyId": "ASIAA",
        "SecretAccessKey": "secret",
        "Token": "token",
        "Expiration": "2026-11-28T11:00:00Z",
    }
    extended = service.get("/latest/meta-data/iam/security-credentials-extended/web")
    assert json.loads(text(extended))["AccountId"] == "111111111111"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/latest/meta-data/iam/security-credentials/", "web"),
        ("/latest/meta-data/iam/security-credentials", "web"),
        ("/latest/meta-data/iam/security-credentials-extended/", "web"),
        ("/latest/meta-data/iam/", "info\nsecurity-credentials-extended/\nsecurity-credentials/"),
        ("/latest/meta-data/", "iam/\ninstance-id\nplacement/\nservices/\ntags/"),
        ("/latest/meta-data", "iam/\ninstance-id\nplacement/\nservices/\ntags/"),
        ("/latest/dynamic/instance-identity/", "document"),
        ("/latest/", "dynamic/\nmeta-data/"),
        ("/latest/meta-data/instance-id", "i-0abc"),
        ("/latest/meta-data/placement/region", "us-east-1"),
        ("/latest/meta-data/placement/availability-zone", "us-east-1a"),
        ("/latest/meta-data/services/partition", "aws"),
        ("/latest/meta-data/tags/instance/", "Name\nteam"),
        ("/latest/meta-data/tags/instance/Name", "host-1"),
    ],
)
def test_what_stands_where(service: Service, path: str, found: str) -> None:
    answer = service.get(path)
    assert (answer.status, text(answer)) == (200, found)


def test_the_profile_and_the_identity_document(service: Service) -> None:
    assert json.loads(text(service.get("/latest/meta-data/iam/info"))) == {
        "Code": "Success",
        "LastUpdated": "2026-11-28T10:00:00Z",
        "InstanceProfileArn": "arn:aws:iam::111111111111:instance-profile/web",
        "InstanceProfileId": "AIPAEXAMPLE",
    }
    document = json.loads(text(service.get("/latest/dynamic/instance-identity/document")))
    known = {name: value for name, value in document.items() if value is not None}
    assert known == {
        "accountId": "111111111111",
        "architecture": "x86_64",
        "availabilityZone": "us-east-1a",
        "instanceId": "i-0abc",
        "region": "us-east-1",
        "version": "2017-09-30",
    }
    assert len(document) == 15


def test_without_a_role_there_is_no_folder_of_iam() -> None:
    service = Service(Instance(id="i-0abc", account="222222222222"))
    for path in (CREDENTIALS, "/latest/meta-data/iam/", "/latest/meta-data/iam/info"):
        assert service.get(path).status == 404
    assert text(service.get("/latest/meta-data/")) == "instance-id\nplacement/"


@pytest.mark.parametrize("seconds", ["1", "60", "21600"])
def test_a_token_for_so_long(service: Service, seconds: str) -> None:
    answer = service.asked("PUT", TOKEN_PATH, (TTL, seconds))
    assert (answer.status, dict(answer.headers)[TTL]) == (200, seconds)
    assert service.asked("GET", CREDENTIALS, ("x-aws-ec2-metadata-token", text(answer))).status == 200
    service.seconds += int(seconds)
    assert service.asked("GET", CREDENTIALS, ("x-aws-ec2-metadata-token", text(answer))).status == 401


@pytest.mark.parametrize(
    "seconds", ["none", "0", "21601", "-1", "+60", "6e1", "60.0", "abc", "٦٠", "999999", ""]
)
def test_no_token_for_another_time(service: Service, seconds: str) -> None:
    assert service.asked("PUT", TOKEN_PATH, (TTL, seconds)).status == 400
    assert service.asked("PUT", TOKEN_PATH, (TTL, "60"), (TTL, seconds or " ")).status == (
        400 if seconds != "none" else 200
    )


TOKEN = ("x-aws-ec2-metadata-token", "AQAAA")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        pytest.param("GET", CREDENTIALS, [], 401, id="version 1"),
        pytest.param("HEAD", CREDENTIALS, [], 401, id="version 1 by HEAD"),
        pytest.param("GET", "/latest/nothing", [], 401, id="version 1 learns nothing of paths"),
        pytest.param("GET", CREDENTIALS, [TOKEN], 401, id="a made-up token"),
        pytest.param("GET", CREDENTIALS, [("authorization", "AQAAA")], 401, id="a token in another header"),
        pytest.param("GET", CREDENTIALS, [("host", "evil.example")], 403, id="SSRF: DNS rebinding"),
        pytest.param(
            "GET", CREDENTIALS, [("host", "169.254.169.254.evil.example")], 403, id="SSRF: DNS rebinding 2"
        ),
        pytest.param("GET", CREDENTIALS, [("host", "169.254.169.254:8080")], 403, id="another port"),
        pytest.param("GET", CREDENTIALS, [("host", "none")], 403, id="no host"),
        pytest.param(
            "GET", CREDENTIALS, [("host", "169.254.169.254"), ("host", "evil.example")], 403, id="two hosts"
        ),
        pytest.param(
            "PUT", TOKEN_PATH, [(TTL, "60"), ("host", "evil.example")], 403, id="SSRF: DNS rebinding, PUT"
        ),
        pytest.param(
            "PUT", TOKEN_PATH, [(TTL, "60"), ("x-forwarded-for", "10.0.0.1")], 403, id="PUT by a proxy"
        ),
        pytest.param(
            "PUT", TOKEN_PATH, [(TTL, "60"), ("x-forwarded-for", "")], 403, id="an empty X-Forwarded-For"
        ),
        pytest.param("GET", CREDENTIALS, [("x-forwarded-for", "10.0.0.1")], 403, id="GET by a proxy"),
        pytest.param("PUT", "/2021-03-23/api/token", [(TTL, "60")], 403, id="a dated path of tokens"),
        pytest.param("PUT", "/latest/api/token/", [(TTL, "60")], 405, id="a slash behind it"),
        pytest.param("PUT", "//latest/api/token", [(TTL, "60")], 405, id="two slashes"),
        pytest.param("GET", TOKEN_PATH, [(TTL, "60")], 405, id="SSRF: a token by GET"),
        pytest.param("POST", TOKEN_PATH, [(TTL, "60")], 405, id="SSRF: a token by a form"),
        pytest.param(
            "POST",
            TOKEN_PATH,
            [(TTL, "60"), ("x-http-method-override", "PUT")],
            405,
            id="SSRF: PUT by a form",
        ),
        pytest.param("OPTIONS", TOKEN_PATH, [("origin", "http://evil.example")], 405, id="a preflight"),
        pytest.param(
            "OPTIONS", CREDENTIALS, [("origin", "http://evil.example")], 405, id="another preflight"
        ),
        pytest.param("PUT", CREDENTIALS, [], 405, id="PUT"),
        pytest.param("POST", CREDENTIALS, [], 405, id="POST"),
        pytest.param("DELETE", CREDENTIALS, [], 405, id="DELETE"),
    ],
)
def test_n41_who_is_refused(
    service: Service, method: str, path: str, headers: list[tuple[str, str]], status: int
) -> None:
    answer = service.asked(method, path, *headers)
    assert answer.status == status, answer
    assert "ASIAA" not in text(answer)
    assert not {"location", "access-control-allow-origin"} & dict(answer.headers).keys()
    if status == 405:
        assert dict(answer.headers)["allow"] == ("PUT" if path == TOKEN_PATH else "GET, HEAD")


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "/latest/meta-data//iam/security-credentials/web", ""),
        ("GET", "//latest/meta-data/iam/security-credentials/web", ""),
        ("GET", "/latest/meta-data/iam/security-credentials/web/", ""),
        ("GET", "/latest/meta-data/iam/security-credentials/./web", ""),
        ("GET", "/latest/meta-data/x/../iam/security-credentials/web", ""),
        ("GET", "/latest/meta-data/..;/iam/security-credentials/web", ""),
        ("GET", "/latest/meta-data/iam/security-credentials/%77eb", ""),
        ("GET", "/latest/meta-data/iam%2fsecurity-credentials/web", ""),
        ("GET", "/latest/%2e/meta-data/iam/security-credentials/web", ""),
        ("GET", "/LATEST/meta-data/iam/security-credentials/web", ""),
        ("GET", "/2021-03-23/meta-data/iam/security-credentials/web", ""),
        ("GET", "/latest/meta-data/iam/security-credentials/other", ""),
        ("GET", "/latest/meta-data/iam/security-credentials/service/web", ""),
        ("GET", "/latest/user-data", ""),
        ("GET", "/latest/dynamic/instance-identity/pkcs7", ""),
        ("GET", CREDENTIALS, "a=b"),
        ("HEAD", "/latest/nothing", ""),
    ],
)
def test_what_stands_nowhere(service: Service, method: str, path: str, query: str) -> None:
    answer = service.asked(method, path, service.token(), query=query)
    assert answer.status == 404
    assert not {"location"} & dict(answer.headers).keys()


def test_a_token_in_two_headers_is_none(service: Service) -> None:
    token = service.token()
    assert service.asked("GET", CREDENTIALS, token, token).status == 401


def test_version_1_by_choice(service: Service) -> None:
    service.options(http_tokens=Tokens.OPTIONAL)
    assert service.asked("GET", CREDENTIALS).status == 200
    assert service.asked("GET", CREDENTIALS, TOKEN).status == 401, "a bad token is worse than none"
    assert service.asked("GET", CREDENTIALS, ("x-forwarded-for", "10.0.0.1")).status == 403
    service.options(http_tokens=Tokens.REQUIRED)
    assert service.asked("GET", CREDENTIALS).status == 401


def test_an_endpoint_that_is_disabled(service: Service) -> None:
    token = service.token()
    service.options(http_endpoint=Access.DISABLED)
    assert service.asked("GET", CREDENTIALS, token).status == 403
    assert service.asked("PUT", TOKEN_PATH, (TTL, "60")).status == 403


def test_a_token_of_the_instance_that_was(service: Service) -> None:
    token = service.token()
    service.options(id="i-0def")
    assert service.asked("GET", CREDENTIALS, token).status == 401


def test_who_is_further_away_than_the_hop_limit(service: Service) -> None:
    service.link = Link(Connection(theirs="172.17.0.2"), WELL_KNOWN)  # type: ignore[arg-type]
    assert service.asked("PUT", TOKEN_PATH, (TTL, "60")).status == 403
    service.options(http_tokens=Tokens.OPTIONAL)
    assert service.asked("GET", CREDENTIALS).status == 403
    service.options(http_put_response_hop_limit=2)
    assert service.asked("GET", CREDENTIALS).status == 200


@pytest.mark.parametrize("hops", [1, 2, 64])
def test_packets_of_tokens_go_no_further_than_the_hop_limit(service: Service, hops: int) -> None:
    service.options(http_put_response_hop_limit=hops)
    service.asked("PUT", TOKEN_PATH, (TTL, "0"))
    assert service.connection.hops == 64, "there was no token"
    service.token()
    assert service.connection.hops == hops
    service.get("/latest/meta-data/instance-id")
    assert service.connection.hops == hops, "it may have to be sent again"


@pytest.mark.parametrize(
    ("failure", "code"),
    [(Refused("the role may not be assumed"), "AssumeRoleUnauthorizedAccess"), (NotIssued("down"), "Failed")],
)
def test_why_there_are_no_credentials(failure: NotIssued, code: str) -> None:
    def issue() -> Issued:
        raise failure

    answer = Service(issue=issue).get(CREDENTIALS)
    assert answer.status == 200
    assert json.loads(text(answer)) == {
        "Code": code,
        "Message": str(failure),
        "LastUpdated": "2026-11-28T10:00:00Z",
    }


def test_only_what_must_be_fetched_waits(service: Service) -> None:
    request = HttpRequest("GET", CREDENTIALS, "", (("host", "169.254.169.254"), service.token()))
    assert service.metadata.respond(request, service.link, wait=False) is None
    assert service.metadata.respond(request, service.link, wait=True)
    assert service.metadata.respond(request, service.link, wait=False)


def test_without_an_instance_there_is_nothing(service: Service) -> None:
    service.told = None  # type: ignore[assignment]
    assert service.asked("PUT", TOKEN_PATH, (TTL, "60")).status == 404
