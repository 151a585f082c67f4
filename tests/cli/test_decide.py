"""Decisions by the line, as another program asks for them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from watchword.cli import app

ANN = {"type": "user", "arn": "arn:aws:iam::111111111111:user/ann"}
ALLOW = {
    "Version": "2012-10-17",
    "Statement": {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
}
DENY = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}


def line(number: object, *identity: object, action: str = "s3:GetObject") -> dict[str, Any]:
    request = {"principal": ANN, "action": action, "resource": "arn:aws:s3:::b/k", "context": {}}
    return {"id": number, "request": request, "policies": {"identity": list(identity)}}


def decided(text: str, *options: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["decide", *options, "-"], input=text)
    assert result.exit_code == 0, result.output
    return [json.loads(each) for each in result.stdout.splitlines()]


def lines(*each: object) -> str:
    return "".join(f"{json.dumps(one)}\n" for one in each)


def test_a_decision_a_line() -> None:
    found = decided(lines(line(1, ALLOW), line("b", ALLOW, action="s3:PutObject"), line(None, ALLOW, DENY)))
    assert [(each["id"], each["decision"]) for each in found] == [
        (1, "allow"),
        ("b", "implicitDeny"),
        (None, "explicitDeny"),
    ]
    assert "Read" in found[0]["because"]
    assert "no identity-based policy allows the s3:PutObject action" in found[1]["because"]


def test_the_whole_explanation() -> None:
    (found,) = decided(lines(line(1, ALLOW, action="s3:PutObject")), "--explain")
    assert found["because"]["blockedBy"] == ["identity"]
    assert found["because"]["wouldAllow"]


def test_a_line_that_cannot_be_read_stops_nothing() -> None:
    broken = [
        "{",
        '{"id": 2}',
        '{"id": 3, "request": 1}',
        "[]",
        '"text"',
        "1",
        "null",
        "[" * 100_000,
        "\\udc00",
    ]
    found = decided("\n".join(["", *broken, "  ", json.dumps(line(4, ALLOW)), ""]))
    assert [each["id"] for each in found] == [None, 2, 3, None, None, None, None, None, None, 4]
    assert all(each["error"] for each in found[:-1])
    assert found[-1]["decision"] == "allow"


def test_a_line_that_is_no_json_is_answered_under_the_id_it_begins_with() -> None:
    broken = [
        '{"id": "a\\"b", "request": ' + "[" * 100_000,
        '{ "id": 7, "request": {',
        '{"id": 8',
        '{"id": 1.5, }',
        '{"id": "\\ud800", "request": {}}',
        '{"request": {"id": 9}, }',
    ]
    found = decided("\n".join(broken))
    assert [each["id"] for each in found] == ['a"b', 7, None, None, None, None]
    assert all(each["error"] for each in found)


def test_a_member_that_is_not_known_is_an_error_of_its_line() -> None:
    misspelt = line(2, ALLOW)
    misspelt["policies"]["boundry"] = [DENY]
    twice = '{"id": 3, "policies": {"boundary": [], "boundary": null}}'
    found = decided(lines(line(1, ALLOW), misspelt) + twice)
    assert found[1:] == [
        {
            "id": 2,
            "line": 2,
            "error": "policies has no member 'boundry'; did you mean 'boundary'?",
        },
        {"id": 3, "line": 3, "error": "not JSON: member 'boundary' is given twice"},
    ]


def test_a_policy_that_is_none_is_an_error_of_its_line() -> None:
    found = decided(lines(line(1, {"Statement": 1}), line(2, "not JSON"), line(3, ALLOW)))
    assert [each.get("decision") for each in found] == [None, None, "allow"]
    assert "MalformedPolicyDocument" in found[0]["error"]


def test_a_file_of_lines(tmp_path: Path) -> None:
    (tmp_path / "asked.jsonl").write_text(lines(line(1, ALLOW)))
    result = CliRunner().invoke(app, ["decide", str(tmp_path / "asked.jsonl")])
    assert json.loads(result.stdout)["decision"] == "allow"


def test_a_file_that_is_not_there() -> None:
    result = CliRunner().invoke(app, ["decide", "/nowhere/asked.jsonl"])
    assert result.exit_code == 2
    assert result.stderr == "watchword: /nowhere/asked.jsonl: No such file or directory\n"


def test_a_conversation() -> None:
    """Each answer comes before the next question."""
    command = [sys.executable, "-m", "watchword", "decide", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        for number in range(3):
            process.stdin.write(lines(line(number, ALLOW)))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait() == 0


def test_whoever_stops_listening_is_left_alone() -> None:
    command = [sys.executable, "-m", "watchword", "decide", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.close()
        _, said = process.communicate(lines(line(1, ALLOW)).encode() * 10)
    assert said == b""


def test_strictly() -> None:
    asked = lines(line(1, ALLOW), line(2, ALLOW, action="s3:GetObjcet"), line(3, ALLOW, action="x"))
    loose = CliRunner().invoke(app, ["decide", "-"], input=asked)
    assert (loose.exit_code, loose.stdout.count("decision")) == (0, 3)
    strict = CliRunner().invoke(app, ["decide", "--strict", "-"], input=asked)
    first, *errors = [json.loads(each) for each in strict.stdout.splitlines()]
    assert (strict.exit_code, first["decision"]) == (1, "allow")
    assert errors == [
        {
            "id": 2,
            "line": 2,
            "error": "there is no action 's3:GetObjcet'; did you mean 's3:GetObject'?",
        },
        {"id": 3, "line": 3, "error": "there is no service 'x'"},
    ]
    assert CliRunner().invoke(app, ["decide", "--strict", "-"], input=lines(line(1, ALLOW))).exit_code == 0
