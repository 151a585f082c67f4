"""Who gets credentials from a container endpoint, and what everyone else is told."""

import json
from datetime import UTC, datetime

import pytest

from watchword.delivery import container
from watchword.delivery.link import Link
from watchword.delivery.supply import Issued, NotIssued, Refused, Supply
from watchword.names import HttpRequest

TOKEN = "q2-wPz"
ISSUED = Issued(
    "arn:aws:iam::111111111111:role/app", "ASIAA", "secret", "token", datetime(2026, 11, 28, tzinfo=UTC)
)
GOOD = {"host": "127.0.0.1:4000", "authorization": TOKEN}


class Connection:
    """A connection to a port of loopback."""

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", 4000

    def getpeername(self) -> tuple[str, int]:
        return "127.0.0.1", 5000


LINK = Link(Connection())  # type: ignore[arg-type]


def asked(method: str = "GET", path: str = container.PATH, query: str = "", **headers: str) -> HttpRequest:
    given = {**GOOD, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return HttpRequest(method, path, query, tuple((name, value) for name, value in given.items() if value))


@pytest.mark.parametrize("host", ["127.0.0.1:4000", "localhost:4000", "LOCALHOST:4000"])
def test_the_workload_gets_them(host: str) -> None:
    assert container.refusal(asked(host=host), LINK, TOKEN) is None
    answer = container.credentials(ISSUED)
    assert json.loads(answer.body) == {  # type: ignore[arg-type]
        "RoleArn": "arn:aws:iam::111111111111:role/app",
        "AccessKeyId": "ASIAA",
        "SecretAccessKey": "secret",
        "Token": "token",
        "Expiration": "2026-11-28T00:00:00Z",
    }
    assert ("cache-control", "no-store") in answer.headers


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        pytest.param(asked(host="evil.example:4000"), 403, "AccessDenied", id="DNS rebinding"),
        pytest.param(asked(host="127.0.0.1"), 403, "AccessDenied", id="another port"),
        pytest.param(asked(host=""), 403, "AccessDenied", id="no host"),
        pytest.param(asked(x_forwarded_for="10.0.0.1"), 403, "AccessDenied", id="through a proxy"),
        pytest.param(asked("POST"), 405, "MethodNotAllowed", id="a form"),
        pytest.param(asked("HEAD"), 405, "MethodNotAllowed", id="HEAD"),
        pytest.param(asked(path="/"), 404, "InvalidIdInRequest", id="another path"),
        pytest.param(asked(path="//v1/credentials"), 404, "InvalidIdInRequest", id="two slashes"),
        pytest.param(asked(path="/v1/credentials/"), 404, "InvalidIdInRequest", id="a slash at its end"),
        pytest.param(asked(path="/v1%2fcredentials"), 404, "InvalidIdInRequest", id="encoded"),
        pytest.param(asked(query="token=q2-wPz"), 404, "InvalidIdInRequest", id="token in the query"),
        pytest.param(asked(authorization=""), 403, "AccessDenied", id="no token"),
        pytest.param(asked(authorization="q2-wP"), 403, "AccessDenied", id="part of the token"),
        pytest.param(asked(authorization="q2-wPzz"), 403, "AccessDenied", id="more than the token"),
        pytest.param(asked(authorization="Bearer q2-wPz"), 403, "AccessDenied", id="as a bearer token"),
        pytest.param(asked(authorization="\xe9\udce9"), 403, "AccessDenied", id="bytes"),
    ],
)
def test_others_are_refused(request_: HttpRequest, status: int, code: str) -> None:
    answer = container.refusal(request_, LINK, TOKEN)
    assert answer
    body = json.loads(answer.body)  # type: ignore[arg-type]
    assert (answer.status, body["code"], body["HTTPErrorCode"]) == (status, code, status)
    assert TOKEN not in body["message"]


def test_two_tokens_are_none() -> None:
    twice = HttpRequest("GET", container.PATH, "", (*asked().headers, ("authorization", TOKEN)))
    refused = container.refusal(twice, LINK, TOKEN)
    assert refused
    assert refused.status == 403


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (Refused("the role may not be assumed"), 400, "NoCredentialsAssociated"),
        (NotIssued("the server is down"), 503, "CredentialsUninitialized"),
    ],
)
def test_why_there_are_none(failure: NotIssued, status: int, code: str) -> None:
    def issue() -> Issued:
        raise failure

    supply = Supply(issue, lambda: datetime(2026, 11, 28, tzinfo=UTC))
    assert container.answer(supply, wait=False) is None
    answer = container.answer(supply, wait=True)
    assert answer
    assert json.loads(answer.body) == {  # type: ignore[arg-type]
        "code": code,
        "message": str(failure),
        "HTTPErrorCode": status,
    }
