"""What is said of a policy before it is stored: for people, for scanners, for programs."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from watchword.cli import app

GOOD = """{
  "Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
}
"""
PASS_ROLE = GOOD.replace("s3:GetObject", "iam:PassRole").replace("arn:aws:s3:::reports/", "")
OLD = GOOD.replace('"Version": "2012-10-17",', "")
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"},
}
BUCKET = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*",
    },
}


def checked(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(app, ["check", *arguments], input=given)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policy.json"


def test_a_good_policy(file: Path) -> None:
    file.write_text(GOOD)
    said = checked(str(file))
    assert said.exit_code == 0
    assert said.stdout == f"{file}: may be stored as identity policy, 0 findings\n"


@pytest.mark.parametrize(
    ("text", "column", "pointed_at"),
    [
        (GOOD.replace("Allow", "Alow"), 27, '"Alow", "Action"'),
        (GOOD.replace('"Allow",', '"Allow",,'), 35, ', "Action"'),
        (GOOD.replace('"Effect"', '\t"Effect"').replace("Allow", "Alow"), 28, '"Alow", "Action"'),
    ],
)
def test_an_error_is_pointed_at(file: Path, text: str, column: int, pointed_at: str) -> None:
    file.write_text(text)
    said = checked(str(file))
    assert said.exit_code == 1
    head, line, below, verdict = said.stdout.splitlines()
    assert head.startswith(f"{file}:3:{column}: error MalformedPolicyDocument: ")
    assert line == f"     3 | {text.splitlines()[2]}"
    assert line[below.index("^") :].startswith(pointed_at)
    assert below.count("\t") == line.count("\t")
    assert verdict == f"{file}: can't be stored as identity policy, 0 findings"


def test_of_a_long_line_a_part_is_shown(file: Path) -> None:
    statements = [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}] * 20
    text = json.dumps({"Version": "2012-10-17", "Statement": [*statements, {"Effect": "Alow"}]})
    file.write_text(text)
    _, line, below, _ = checked(str(file)).stdout.splitlines()
    assert len(line) < 120
    assert line[below.index("^") :].startswith('"Alow"')


@pytest.mark.parametrize(
    ("text", "level", "expected"),
    [
        (GOOD, "suggestion", 0),
        (OLD, "security-warning", 0),
        (OLD, "warning", 1),
        (PASS_ROLE, "security-warning", 1),
        (PASS_ROLE, "error", 0),
        ("{", "error", 1),
    ],
)
def test_how_grave_it_has_to_be(file: Path, text: str, level: str, expected: int) -> None:
    file.write_text(text)
    assert checked("--fail-on", level, str(file)).exit_code == expected


def test_what_is_grave_by_default(file: Path) -> None:
    file.write_text(PASS_ROLE)
    said = checked(str(file))
    assert said.exit_code == 1
    assert "security-warning PASS_ROLE_WITH_STAR_IN_RESOURCE" in said.stdout


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (json.loads(GOOD), "identity"),
        (TRUST, "trust"),
        (BUCKET, "resource"),
        ({"Statement": []}, "identity"),
        ([], "identity"),
    ],
)
def test_the_kind_is_told_from_the_document(document: Any, kind: str) -> None:
    (line,) = checked("-", given=json.dumps(document)).stdout.splitlines()[-1:]
    assert f"as {kind} policy" in line


def test_a_kind_that_is_named() -> None:
    said = checked("--kind", "s3-bucket", "-", given=json.dumps(BUCKET))
    assert "may be stored as s3-bucket policy" in said.stdout
    said = checked("--kind", "trust", "-", given=json.dumps(BUCKET))
    assert (said.exit_code, "can't be stored as trust policy" in said.stdout) == (1, True)


def test_json_of_files(file: Path) -> None:
    file.write_text(PASS_ROLE)
    other = file.with_name("other.json")
    other.write_text("{")
    said = checked("--json", str(file), str(other))
    first, second = map(json.loads, said.stdout.splitlines())
    assert (first["file"], first["kind"], first["valid"], first["error"]) == (
        str(file),
        "identity",
        True,
        None,
    )
    assert [(each["code"], each["line"]) for each in first["findings"]] == [
        ("PASS_ROLE_WITH_STAR_IN_RESOURCE", 3)
    ]
    assert (second["valid"], second["error"]["line"], said.exit_code) == (False, 1, 1)


def test_sarif(file: Path) -> None:
    file.write_text(PASS_ROLE)
    said = checked("--sarif", str(file))
    report = json.loads(said.stdout)
    assert report["version"] == "2.1.0"
    (run,) = report["runs"]
    (rule,), (result,) = run["tool"]["driver"]["rules"], run["results"]
    assert rule["id"] == result["ruleId"] == "PASS_ROLE_WITH_STAR_IN_RESOURCE"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]] == rule
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == file.as_posix()
    assert location["physicalLocation"]["region"]["startLine"] == 3
    assert result["level"] == "error"


def test_wildcards_are_expanded(file: Path) -> None:
    file.write_text(GOOD.replace("s3:GetObject", "sts:AssumeRoleW*"))
    actions = ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
    said = checked("--expand", str(file)).stdout.splitlines()
    assert said[-4:-1] == [
        f"{file}: sts:AssumeRoleW* stands for 2 actions",
        *(f"    {each}" for each in actions),
    ]
    (line,) = checked("--expand", "--json", str(file)).stdout.splitlines()
    assert json.loads(line)["expanded"] == {"sts:AssumeRoleW*": actions}


def test_a_file_that_is_not_there() -> None:
    said = checked("/nowhere/policy.json")
    assert (said.exit_code, said.stderr) == (
        2,
        "watchword: /nowhere/policy.json: No such file or directory\n",
    )


@pytest.mark.parametrize(
    "source", [b"\xff\xfe", b"", b"[" * 1_000_000, b"\x00", "\u4e2d".encode(), b'{"Statement":' * 9]
)
def test_hostile_files(file: Path, source: bytes) -> None:
    file.write_bytes(source)
    for form in ("--json", "--sarif", "--expand"):
        said = checked(form, str(file))
        assert said.exit_code == 1
        assert not said.exception or isinstance(said.exception, SystemExit)


def test_lines_of_documents() -> None:
    lines = [
        {"id": 1, "kind": "identity", "document": json.loads(GOOD)},
        {"id": 2, "kind": "trust", "document": json.dumps(TRUST)},
        {"id": 3, "kind": "identity", "document": TRUST},
        {"id": 4, "kind": "resource", "document": "/w==", "encoding": "base64", "attachTo": "s3-bucket"},
        {"id": 5, "kind": "nothing", "document": {}},
        {"id": 6, "kind": "scp", "document": json.loads(GOOD)},
    ]
    given = "\n".join(["{", *map(json.dumps, lines)])
    said = checked("--json", "-", given=given)
    assert said.exit_code == 0
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    assert [each["id"] for each in answers] == [None, 1, 2, 3, 4, 5, 6]
    assert [each.get("valid") for each in answers] == [None, True, True, False, False, None, True]
    assert answers[0]["error"]
    assert answers[3]["error"]["code"] == "MalformedPolicyDocument"
    assert answers[5]["error"]
