"""The server's own paths: readiness for everybody, forgetting and time travel for one."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from botocore.exceptions import ClientError
from tests.server.harness import Answer, Draft, Keys, Line, Running, client, code_of

from watchword.testing import Server

RESET = Draft("watchword", "POST", "/_watchword/reset")
CLOCK = Draft("watchword", "POST", "/_watchword/clock")
DECADE = 10 * 365 * 86400


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server.start("--account", "111122223333") as started:
        yield started


@pytest.fixture
def root(server: Server) -> Keys:
    return {"AccessKeyId": server.access_key_id, "SecretAccessKey": server.secret}


def ask(endpoint: str, draft: Draft, keys: Keys | None) -> Answer:
    with Line(endpoint) as line:
        return line.send(draft.signed(endpoint, keys) if keys else draft.request(endpoint))


def advance(server: Server, keys: Keys | None, body: bytes) -> Answer:
    return ask(server.endpoint, replace(CLOCK, body=body), keys)


def test_a_server_that_keeps_forgets_nothing(kept: Running, administrator: Keys) -> None:
    for draft in (RESET, CLOCK):
        assert ask(kept.endpoint, draft, administrator).status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_readiness(kept: Running, method: str) -> None:
    answer = ask(kept.endpoint, Draft("s3", method, "/_watchword/health"), None)
    assert answer.status == 200
    assert method == "HEAD" or json.loads(answer.body) == {"status": "ready"}


@pytest.mark.parametrize("draft", [RESET, replace(CLOCK, body=b'{"advance":1}')], ids=["reset", "clock"])
def test_only_the_root_key_can(server: Server, root: Keys, draft: Draft) -> None:
    """N33: not even who may do everything else, nor a session of root."""
    iam = client("iam", server.endpoint, root)
    iam.create_user(UserName="boss")
    iam.attach_user_policy(UserName="boss", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    session = client("sts", server.endpoint, root).get_session_token()["Credentials"]
    for keys in (
        None,
        {**root, "SecretAccessKey": "x" * 40},
        iam.create_access_key(UserName="boss")["AccessKey"],
        session,
    ):
        assert ask(server.endpoint, draft, keys).status == 403
    assert ask(server.endpoint, replace(draft, method="GET"), root).status == 404
    assert code_of(iam.get_user, UserName="boss") == ""
    assert ask(server.endpoint, draft, root).status == 200
    ask(server.endpoint, RESET, root)


def test_a_reset_keeps_account_and_key(server: Server, root: Keys) -> None:
    iam, s3 = client("iam", server.endpoint, root), client("s3", server.endpoint, root)
    iam.create_user(UserName="gone")
    s3.create_bucket(Bucket="gone-bucket")
    s3.put_object(Bucket="gone-bucket", Key="k", Body=b"x")
    assert ask(server.endpoint, RESET, root).status == 200
    assert iam.list_users()["Users"] == []
    assert s3.list_buckets()["Buckets"] == []
    assert client("sts", server.endpoint, root).get_caller_identity()["Account"] == "111122223333"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"advance":"1"}',
        b'{"advance":-1}',
        b'{"advance":1e999}',
        b'{"advance":NaN}',
        b'{"advance":1,"more":2}',
        b'{"advance":315360001}',
        b"\xff",
    ],
)
def test_a_leap_that_is_none(server: Server, root: Keys, body: bytes) -> None:
    assert advance(server, root, body).status == 400
    assert client("sts", server.endpoint, root).get_caller_identity()


@pytest.mark.parametrize("body", [b"{", b'{"advance":-1}'])
def test_refusals_are_json_too(server: Server, root: Keys, body: bytes) -> None:
    for answer in (
        advance(server, None, body),
        advance(server, {**root, "SecretAccessKey": "x" * 40}, body),
        advance(server, root, body),
    ):
        assert answer.headers["content-type"] == "application/json"
        assert json.loads(answer.body)["message"]


def test_time_has_an_end(server: Server, root: Keys) -> None:
    """Leaps add up; beyond the calendar no request could be answered any more."""
    wanted = json.dumps({"advance": DECADE}).encode()
    assert [advance(server, root, wanted).status for _ in range(3)] == [200, 400, 400]
    assert client("sts", server.endpoint, root).get_caller_identity()
    assert ask(server.endpoint, RESET, root).status == 200


def test_nobody_is_told_of_a_fault_of_ours_while_it_is_emptied(server: Server, root: Keys) -> None:
    done = threading.Event()

    def put() -> set[int]:
        s3, said = client("s3", server.endpoint, root), set()
        while not done.is_set():
            for call in (s3.create_bucket, partial(s3.put_object, Key="key", Body=bytes(100_000))):
                try:
                    said.add(call(Bucket="reset")["ResponseMetadata"]["HTTPStatusCode"])
                except ClientError as refused:
                    said.add(refused.response["ResponseMetadata"]["HTTPStatusCode"])
        return said

    with ThreadPoolExecutor(3) as threads:
        putting = [threads.submit(put) for _ in range(3)]
        statuses = [ask(server.endpoint, RESET, root).status for _ in range(60)]
        done.set()
    assert set(statuses) == {200}
    assert set.union(*[one.result() for one in putting]) <= {200, 404, 409}


def test_the_environments_proxy_is_not_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.reset()
