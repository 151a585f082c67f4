"""`watchword playground`: what it answers, and which requests it refuses."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.harness import Answer, Draft, Line

from watchword.gateway.console import built
from watchword.gateway.playground import Playground
from watchword.names import Body, HttpRequest, HttpResponse

ORIGIN = "http://127.0.0.1:4000"
JSON = {"content-type": "application/json", "origin": ORIGIN}
CASE = json.dumps(
    {
        "request": {
            "principal": {"type": "user", "arn": "arn:aws:iam::111122223333:user/ann"},
            "action": "s3:GetObject",
            "resource": "arn:aws:s3:::reports/a",
        }
    }
)


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what npm builds, with nothing in it."""
    monkeypatch.setattr(built, "FOLDER", tmp_path)
    return tmp_path


def ask(method: str, path: str, body: str = "", **headers: str) -> HttpResponse:
    given = {"host": "127.0.0.1:4000", **headers}
    request = HttpRequest(method, path, headers=tuple(given.items()), body=Body(body.encode()))
    return Playground(frozenset({ORIGIN})).answer(request)


def text(response: HttpResponse) -> str:
    assert isinstance(response.body, bytes)
    return response.body.decode()


def test_a_case_is_decided() -> None:
    response = ask("POST", "/case", CASE, **JSON)
    assert response.status == 200
    (decision,) = json.loads(text(response))["decisions"]
    assert decision["decision"] == "implicitDeny"
    wrong = ask("POST", "/case", "{}", **JSON)
    assert json.loads(text(wrong))["decisions"] == []
    assert json.loads(text(wrong))["error"]["message"]


def test_a_document_is_checked() -> None:
    statement = {"Effect": "Allow", "Action": "s3:Nothing", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    told = json.loads(
        text(ask("POST", "/check", json.dumps({"kind": "identity", "document": document}), **JSON))
    )
    assert [(each["code"], each["line"]) for each in told["findings"] if each["level"] == "error"] == [
        ("INVALID_ACTION", 1)
    ]
    wrong = json.loads(text(ask("POST", "/check", "{}", **JSON)))
    assert wrong["error"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "127.0.0.1:4001"}, 421),
        ({"host": "rebound.example:4000"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"content-type": "text/plain"}, 403),
        ({"content-type": "application/x-www-form-urlencoded"}, 403),
    ],
)
def test_pages_of_others_decide_nothing(headers: dict[str, str], status: int) -> None:
    assert ask("POST", "/case", CASE, **{**JSON, **headers}).status == status
    without = {name: value for name, value in JSON.items() if name not in headers}
    assert "host" in headers or ask("POST", "/case", CASE, **without).status == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PUT", "/", 404), ("GET", "/console/assets/../page.py", 404)],
)
def test_there_is_nothing_else(method: str, path: str, status: int, build: Path) -> None:
    assert not list(build.iterdir())
    assert ask(method, path).status == status


def test_bad_json() -> None:
    assert ask("POST", "/case", "{", **JSON).status == 400
    assert ask("POST", "/case", "[" * 100_000, **JSON).status == 400


def test_the_page(build: Path) -> None:
    """With the scripts of the build alone, and by the console's strict policy."""
    files = dict.fromkeys(("alone-A.js", "chunk-B.js", "main-C.js", "main-C.css"), "sha384-x")
    manifest = {
        "name": "first",
        "script": "main-C.js",
        "style": "main-C.css",
        "first": [],
        "pages": {},
        "files": files,
        "alone": {"script": "alone-A.js", "first": ["chunk-B.js"]},
    }
    build.joinpath("manifest.json").write_text(json.dumps(manifest))
    response = ask("GET", "/")
    assert re.findall(r'(?:src|href)="/console/assets/([^"]+)"', text(response)) == [
        "main-C.css",
        "chunk-B.js",
        "alone-A.js",
    ]
    policy = dict(response.headers)["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; script-src {ORIGIN}/console/assets/;")
    assert ask("HEAD", "/").body == b""


def test_it_says_how_to_get_the_page_where_it_isnt_built(build: Path) -> None:
    response = ask("GET", "/")
    assert response.status == 200
    assert "make console" in text(response)
    assert "<script" not in text(response)
    assert not list(build.iterdir())


# --- the command ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "watchword", "playground"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process, process.stdout.readline().strip().removesuffix("/")
        process.terminate()


def send(endpoint: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    draft = Draft("none", "POST" if body else "GET", path, headers=headers, body=body)
    with Line(endpoint) as line:
        return line.send(draft.request(endpoint))


def test_it_serves_on_this_machine_alone(running: tuple[subprocess.Popen[str], str]) -> None:
    _, endpoint = running
    assert endpoint.startswith("http://127.0.0.1:")
    assert send(endpoint, "/").status == 200
    assert send(endpoint, "/console/style.css").headers["content-type"] == "text/css; charset=utf-8"
    answer = send(endpoint, "/case", CASE.encode(), **{**JSON, "origin": endpoint})
    assert json.loads(answer.body)["decisions"]


def test_a_long_body_is_refused(running: tuple[subprocess.Popen[str], str]) -> None:
    _, endpoint = running
    answer = send(endpoint, "/case", b" " * (3 << 20), **{**JSON, "origin": endpoint})
    assert answer.status in (400, 413)


def test_it_ends_when_it_is_told_to(running: tuple[subprocess.Popen[str], str]) -> None:
    process, endpoint = running
    taken = subprocess.run(
        [sys.executable, "-m", "watchword", "playground", "--port", endpoint.rpartition(":")[2]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert taken.returncode == 2
    assert "Address already in use" in taken.stderr
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
