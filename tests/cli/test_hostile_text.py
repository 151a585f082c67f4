"""Whatever others wrote is shown by every command, and obeyed by none.

HOSTILE has a character of each kind that a terminal could obey. It is fed through everything that commands
print: recorded events, names, policies, tests, lines, files, and parameters.
"""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from watchword import cli
from watchword.app import open_world
from watchword.cli import app
from watchword.cli.servers.kept import _greet
from watchword.cli.tour import command as tour
from watchword.cli.tour.stage import Stage
from watchword.cli.tour.story import Step
from watchword.installation.administrator import create_account, first_account
from watchword.installation.settings import Settings
from watchword.names import HttpRequest

HOSTILE = "\x1b[2J\x9b31m\x07\x08\x7f\r\n\t\u202e\u2066\u200f\u2028\u2029\ufeffend"
IN_A_FILE = HOSTILE.replace("\n", "")
"""Where a line ends it is another one."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def said(*arguments: object, given: str = "") -> str:
    """What a command printed; none of it is obeyed by a terminal."""
    done = CliRunner().invoke(app, [*map(str, arguments)], input=given.encode(errors="surrogatepass"))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    check(done.output)
    return done.output


def check(printed: str) -> None:
    assert {char for char in printed if not char.isprintable()} <= {"\n"}, ascii(printed)
    assert printed


def strings(value: Any) -> Any:
    """The same JSON with every text hostile."""
    match value:
        case str():
            return value + HOSTILE
        case dict():
            return {name: strings(item) for name, item in value.items()}
        case list():
            return [strings(item) for item in value]
    return value


DECISION = {
    "decision": "implicitDeny",
    "action": "s3:GetObject",
    "resource": "arn",
    "matches": [{"effect": "Allow", "policyType": "identity", "policy": "own", "sid": "s", "statement": 0}],
    "blockedBy": ["identity"],
    "nearMisses": [
        {
            "effect": "Allow", "policyType": "identity", "policy": "", "sid": "", "statement": 1,
            "failed": [
                {"element": "Condition", "operator": "StringEquals", "key": "aws:UserAgent",
                 "expected": ["a", "b"], "actual": "c"},
                {"element": "Resource", "expected": ["d"], "actual": None},
            ],
        }
    ],
    "wouldAllow": [{"policyType": "identity", "statement": {"Effect": "Allow", "Resource": "r"}}],
}  # fmt: skip
EVENT = {
    "userIdentity": {"type": "AssumedRole", "arn": "arn"},
    "requestID": "r",
    "eventTime": "2026-11-23T00:00:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "sourceIPAddress": "192.0.2.1",
    "userAgent": "agent",
    "errorMessage": "no",
    "additionalEventData": {"meant": "m", "authorizationMessage": "a", "decisions": [DECISION]},
}


@pytest.fixture
def event(data: Path) -> dict[str, Any]:
    """A refusal in the journal, hostile in all that a request can bring."""
    event: dict[str, Any] = strings(EVENT)
    event["errorCode"] = "AccessDenied"
    event["additionalEventData"]["decisions"][0]["decision"] = "implicitDeny"
    world = open_world(Settings(data))
    world.journal.append(event, world.clock.now())
    world.close()
    return event


def test_explain(event: dict[str, Any], data: Path) -> None:
    page = said("explain", "--last-denied", "--data", data)
    for fact in ("requestID", "sourceIPAddress", "errorMessage"):
        assert event[fact][:1] in page
    assert "\\u001b[2J\\u009b31m\\u0007\\u0008\\u007f\\u000d\\u000a\\u0009\\u202e" in page
    assert said("explain", event["requestID"], "--data", data) == page
    printed = said("explain", "--last-denied", "--json", "--data", data)
    assert json.loads(printed)["userAgent"] == event["userAgent"]
    said("explain", "--last-denied", "--encoded", "--data", data)
    said("explain", f"no such {HOSTILE}", "--data", data)


def test_an_operators_event(data: Path) -> None:
    said("account", "create", HOSTILE, "--data", data)
    [line] = said("audit", "operators", "--data", data).splitlines()[1:]
    event = json.loads(line)
    assert event["requestParameters"] == {"name": HOSTILE}
    said("explain", event["requestID"], "--data", data)
    said("account", "create", "x", "--data", data)


@pytest.mark.parametrize(
    "arguments",
    [
        ("account", "create", "x", "--id", HOSTILE),
        ("credentials", "--role", HOSTILE),
        ("credentials", "--account", HOSTILE),
        ("root-key", "create", "--account", HOSTILE),
        ("session", "revoke", HOSTILE),
        ("session", "revoke", f"ASIA{HOSTILE}"),
        ("audit", "check", HOSTILE),
        ("audit", "check", "--heads", HOSTILE),
        ("simulate", "--principal", HOSTILE, "--action", "s3:GetObject"),
        ("simulate", "--principal", "x", "--action", "s3:GetObject", "--context", HOSTILE),
        ("keyring", "rotate", "--database", f"sqlite:////nowhere/{HOSTILE}"),
        ("explain", "x", "--root-key-file", f"/nowhere/{HOSTILE}"),
        ("decide", HOSTILE),
        ("decide", f"--x{HOSTILE}"),
        ("decide", "x", HOSTILE),
        ("check", HOSTILE),
        ("check", "--fail-on", HOSTILE, "x"),
        ("test", HOSTILE),
        ("serve", "--port", "0", "--ephemeral", "--account", HOSTILE),
        ("serve", "--port", "0", "--tls-certificate", HOSTILE, "--tls-key", HOSTILE),
        ("serve", "--port", "0", "--trusted-proxies", HOSTILE),
        ("serve", "--port", "0", "--private-issuers", HOSTILE),
        ("serve", "--host", HOSTILE),
        ("serve", "--port", HOSTILE),
        (HOSTILE,),
        (f"--{HOSTILE}",),
        ("account", HOSTILE),
        ("account", "create", f"--id{HOSTILE}"),
    ],
    ids=lambda arguments: ascii(" ".join(arguments))[:60],
)
def test_an_error(data: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    data.mkdir()
    monkeypatch.setenv("WATCHWORD_DATA", str(data))
    said(*arguments)


def test_a_data_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = tmp_path / IN_A_FILE
    hostile.mkdir()
    (hostile / "file").touch()
    hostile.chmod(0o777)
    said("account", "list", "--data", hostile)
    said("audit", "check", "--data", hostile)
    _greet(f"http://{HOSTILE}:1", Settings(hostile, root_key=HOSTILE), "123456789012")
    check(capsys.readouterr().out)


def test_a_file_of_the_journal(data: Path) -> None:
    said("account", "create", "x", "--data", data)
    file = data / "audit" / f"{IN_A_FILE}.jsonl"
    file.parent.mkdir()
    file.write_text("{}\n")
    assert "doesn't follow" in said("audit", "check", "--data", data)


def test_simulate(data: Path) -> None:
    world = open_world(Settings(data))
    account = first_account(world)
    create_account(world, "other", "210987654321")
    world.close()
    for owner, resource in ((account, "arn:aws:s3:::"), ("210987654321", "arn:aws:s3:::b/")):
        page = said(
            "simulate", "--principal", f"arn:aws:iam::{owner}:root", "--action", "s3:GetObject",
            "--resource", resource + HOSTILE, "--context", f"aws:UserAgent={HOSTILE}", "--data", data,
        )  # fmt: skip
        assert "\\u001b" in page


POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Sid": "S",
        "Effect": "Allow",
        "Action": "s3:Get*",
        "Resource": "arn:aws:s3:::b/x",
        "Condition": {"StringEquals": {"aws:UserAgent": "x"}},
    },
}


@pytest.mark.parametrize("ascii_only", [True, False])
def test_decide(ascii_only: bool) -> None:
    hostile = HOSTILE if ascii_only else IN_A_FILE.translate(dict.fromkeys(range(32)))
    ann = {"type": "user", "arn": "arn:aws:iam::111111111111:user/ann"}
    request = {
        "principal": ann, "action": "s3:GetObject", "resource": f"arn:aws:s3:::b/{hostile}",
        "context": {"aws:UserAgent": hostile},
    }  # fmt: skip
    line = {"id": hostile, "request": request, "policies": {"identity": [POLICY]}}
    broken = {"id": hostile, "request": {hostile: hostile}}
    given = "".join(f"{json.dumps(each, ensure_ascii=ascii_only)}\n" for each in (line, broken, [hostile]))
    given += f'{{"id": "{IN_A_FILE.translate(dict.fromkeys(range(32)))}", nonsense\n{hostile}\n'
    for options in ((), ("--explain",)):
        printed = said("decide", *options, "-", given=given)
        found = [json.loads(each) for each in printed.split("\n")[:-1]]
        assert [each["id"] for each in found[:2]] == [hostile, hostile]


@pytest.mark.parametrize("form", [(), ("--json",), ("--sarif",), ("--expand",)])
@pytest.mark.parametrize(
    "document",
    [
        IN_A_FILE,
        f'{{"Version": "2012-10-17", {IN_A_FILE}',
        json.dumps(strings(POLICY)),
        json.dumps(strings(POLICY), ensure_ascii=False),
        json.dumps({**POLICY, HOSTILE: HOSTILE}),
        json.dumps({**POLICY, "Statement": {**POLICY["Statement"], "Action": f"s3:*{HOSTILE}"}}),  # type: ignore[dict-item]
        json.dumps({**POLICY, "Statement": {**POLICY["Statement"], "Action": "s3:\xad*\x85\xa0"}}),  # type: ignore[dict-item]
    ],
    ids=range(7),
)
def test_check(tmp_path: Path, document: str, form: tuple[str, ...]) -> None:
    file = tmp_path / f"{IN_A_FILE}.json"
    file.write_text(document)
    said("check", *form, file)
    said("check", *form, "-", given=document)


def test_the_caret_stays_below_what_is_meant(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"Version": "2012-10-17", "Statement": {"Sid": "\x9b\u202e\t", "Effect": "Alow"}}')
    line, below = said("check", file).splitlines()[1:3]
    assert line[below.index("^") :].startswith("\\u202e")


TESTS = """
given: {identity: {Version: 2012-10-17, Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}}
when: {principal: arn:aws:iam::111111111111:user/ann, action: s3:GetObject, resource: "SID"}
tests:
  - {name: "SID", then: allow}
  - {name: "SID", then: deny, because: "SID"}
"""
BROKEN = ('tests: ["SID"]', '"SID": 1', "tests: SID\n \t- ]", TESTS.replace("then: deny", 'then: "SID"'))


@pytest.fixture
def tests(tmp_path: Path) -> list[Path]:
    files = []
    for number, text in enumerate((TESTS, *BROKEN)):
        files.append(tmp_path / f"{number}{IN_A_FILE}.policy-tests.yaml")
        files[-1].write_text(text.replace('"SID', f'"{json.dumps(HOSTILE)[1:-1]}').replace("SID", "sid"))
    return files


def test_policy_tests(tests: list[Path]) -> None:
    assert "1 failed" in said("test", tests[0])
    for broken in tests[1:]:
        said("test", broken)


def test_policy_tests_in_pytest(tests: list[Path]) -> None:
    for file in (tests[0], tests[1]):
        short = file.rename(file.with_name(f"{file.name[0]}.policy-tests.yaml"))
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", short.name],
            cwd=short.parent, capture_output=True, text=True, check=False,
            env={**os.environ, "NO_COLOR": "1"},
        )  # fmt: skip
        assert ran.returncode in {1, 2}
        check(ran.stdout)


def test_the_tour(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"Error": {"Code": HOSTILE, "Message": HOSTILE}, "ResponseMetadata": {"RequestId": HOSTILE}}

    def refused(_story: object) -> None:
        raise ClientError(error, HOSTILE)  # type: ignore[arg-type]

    authorization = (
        "AWS4-HMAC-SHA256 Credential=AKIAAAAAAAAAAAAAAAAA/20261123/us-east-1/iam/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
    )
    on_a_wire = HOSTILE.encode().decode("latin-1")
    headers = (("host", on_a_wire), ("x-amz-date", "20261123T000000Z"), ("authorization", authorization))
    requests = [
        HttpRequest("GET", f"/{on_a_wire}", headers=headers),
        HttpRequest(HOSTILE, headers=headers[2:]),
    ]
    monkeypatch.setattr(tour, "_decided", lambda *_: [HOSTILE])
    printed: list[str] = []
    for request in requests:
        story: Any = SimpleNamespace(stage=Stage(Any, "", "", [request]))
        assert not tour.play(story, 1, Step(HOSTILE, refused, "Another"))
        printed.append(capsys.readouterr().out)
        check(printed[-1])
    assert "canonical request" in printed[0]
    assert "not readable" in printed[1]


def test_nothing_prints_but_through_the_two_modules_that_make_text_printable() -> None:
    """`decide` writes bytes, a line at a time, and makes each printable itself."""
    here = Path(cli.__file__).parent
    allowed = {here / "output.py", here / "pages.py"}
    for file in set(here.rglob("*.py")) - allowed:
        for node in ast.walk(ast.parse(file.read_text())):
            name = getattr(node, "id", getattr(node, "attr", ""))
            assert name not in {"print", "echo", "secho", "Console", "Text", "stderr"}, f"{file}: {name}"
            assert name != "stdout" or file.name == "decide.py", file
