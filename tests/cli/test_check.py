"""What is said of a policy before it is stored: for people, for scanners, for programs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

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


BAD_EFFECT = GOOD.replace("Allow", "Alow")


@pytest.mark.parametrize(
    ("text", "column", "code", "pointed_at"),
    [
        (BAD_EFFECT, 27, "INVALID_EFFECT", '"Alow", "Action"'),
        (GOOD.replace('"Allow",', '"Allow",,'), 35, "JSON_SYNTAX_ERROR", ', "Action"'),
        (BAD_EFFECT.replace('"Effect"', '\t"Effect"'), 28, "INVALID_EFFECT", '"Alow", "Action"'),
    ],
)
def test_an_error_is_pointed_at(file: Path, text: str, column: int, code: str, pointed_at: str) -> None:
    file.write_text(text)
    said = checked(str(file))
    assert said.exit_code == 1
    head, line, below, verdict = said.stdout.splitlines()
    assert head.startswith(f"{file}:3:{column}: error {code}: ")
    assert line == f"     3 | {text.splitlines()[2]}".replace("\t", " ")
    assert line[below.index("^") :].startswith(pointed_at)
    assert verdict.startswith(f"{file}: can't be stored as identity policy (MalformedPolicyDocument: ")
    assert verdict.endswith(", 1 finding")


def test_what_no_finding_says_is_said_as_well(file: Path) -> None:
    file.write_text(OLD)
    said = checked("--kind", "managed", str(file)).stdout.splitlines()
    assert [line.split()[1:3] for line in said if line.startswith(f"{file}:1:1:")] == [
        ["error", "MalformedPolicyDocument:"],
        ["warning", "MISSING_VERSION:"],
    ]


def test_of_a_long_line_a_part_is_shown(file: Path) -> None:
    statements = [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}] * 20
    text = json.dumps({"Version": "2012-10-17", "Statement": [*statements, {"Effect": "Alow"}]})
    file.write_text(text)
    said = checked(str(file)).stdout.splitlines()
    (at,) = [index for index, line in enumerate(said) if "INVALID_EFFECT" in line]
    line, below = said[at + 1 : at + 3]
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
    said = checked("--sarif", "--ignore", "WATCHWORD_PRIVILEGE_ESCALATION", str(file))
    report = json.loads(said.stdout)
    assert report["version"] == "2.1.0"
    (run,) = report["runs"]
    (rule,), (result,) = run["tool"]["driver"]["rules"], run["results"]
    assert rule["id"] == result["ruleId"] == "PASS_ROLE_WITH_STAR_IN_RESOURCE"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]] == rule
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == file.as_uri()
    assert location["physicalLocation"]["region"]["startLine"] == 3
    assert result["level"] == "error"
    assert rule["helpUri"].endswith("-policy-checks-security-warning-pass-role-with-star-in-resource")


def test_sarif_keeps_the_rules_of_its_schema(file: Path) -> None:
    odd = file.with_name("a policy%.json")
    odd.write_text(GOOD.replace("s3:GetObject", "s3:GetObjekt").replace('"Allow"', '"Alow"'))
    file.write_text(OLD)
    report = json.loads(checked("--sarif", "--kind", "managed", str(odd), str(file), "-", given="{").stdout)
    assert set(report) == {"$schema", "version", "runs"}
    (run,) = report["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert run["columnKind"] == "unicodeCodePoints"
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (place,) = [each["physicalLocation"] for each in result["locations"]]
        assert re.fullmatch(r"(?:file:///)?[A-Za-z0-9._~%/-]+", place["artifactLocation"]["uri"])
        assert place["region"]["startLine"] >= 1
        assert place["region"]["startColumn"] >= 1
    assert {rule["id"] for rule in rules} == {
        "INVALID_EFFECT",
        "INVALID_ACTION",
        "JSON_SYNTAX_ERROR",
        "MISSING_VERSION",
        "MalformedPolicyDocument",
    }


def test_wildcards_are_expanded(file: Path) -> None:
    file.write_text(GOOD.replace("s3:GetObject", "sts:AssumeRoleW*"))
    actions = ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
    said = checked("--expand", str(file)).stdout.splitlines()
    assert said[-4:-1] == [
        f"{file}: sts:AssumeRoleW* stands for 2 actions",
        *(f"    {each}" for each in actions),
    ]
    (line,) = checked("--expand", "--json", str(file)).stdout.splitlines()
    told = json.loads(line)
    assert (told["expanded"], told["leftOut"]) == ({"sts:AssumeRoleW*": actions}, {})


def test_what_not_action_leaves_out_is_expanded(file: Path) -> None:
    file.write_text(GOOD.replace('"Action"', '"NotAction"').replace("s3:GetObject", "sts:AssumeRoleWithS*"))
    said = checked("--expand", str(file)).stdout.splitlines()
    assert f"{file}: sts:AssumeRoleWithS* leaves out 1 action" in said
    assert "    sts:AssumeRoleWithSAML" in said
    told = json.loads(checked("--expand", "--json", str(file)).stdout)
    assert (told["expanded"], told["leftOut"]) == ({}, {"sts:AssumeRoleWithS*": ["sts:AssumeRoleWithSAML"]})


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("s33:*", "stands for 0 actions: there is no service s33"),
        ("s3:Fetch*", "stands for 0 actions"),
        ("st?:AssumeRoleWithS*", "stands for 1 action"),
    ],
)
def test_a_wildcard_that_stands_for_nothing(file: Path, pattern: str, said: str) -> None:
    file.write_text(GOOD.replace("s3:GetObject", pattern))
    assert f"{file}: {pattern} {said}" in checked("--expand", str(file)).stdout.splitlines()


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


# --- which files, and which checks ---------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Policies among other files."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.json", "deep/a.json", ".hidden/c.json", "node_modules/d.json", "notes.txt"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(GOOD)
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "deep" / "broken.json").write_text('{"Statement"')
    return tmp_path


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["."], ["b.json", "deep/a.json", "deep/broken.json"]),
        (["deep", "b.json", "deep/a.json"], ["deep/a.json", "deep/broken.json", "b.json"]),
        (["*.json"], ["b.json", "package.json"]),
        (["**/a.json", "dee?"], ["deep/a.json", "deep/broken.json"]),
    ],
)
def test_directories_and_patterns(tree: Path, given: list[str], found: list[str]) -> None:
    said = [json.loads(line)["file"] for line in checked("--json", *given).stdout.splitlines()]
    assert said == found


@pytest.mark.parametrize("given", ["nothing*", ".hidden/*.yaml"])
def test_a_pattern_that_finds_nothing(tree: Path, given: str) -> None:
    refused = checked(given)
    assert (refused.exit_code, refused.stderr) == (2, f"watchword: {given}: no policies there\n")


def test_a_check_that_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text('{"Statement": {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}}')
    assert checked(str(file)).exit_code == 1
    ours = "WATCHWORD_PRIVILEGE_ESCALATION"
    codes = ("PASS_ROLE_WITH_STAR_IN_RESOURCE", "MISSING_VERSION", ours)
    ignored = checked(*(word for each in codes for word in ("--ignore", each)), str(file))
    assert (ignored.exit_code, "0 findings" in ignored.stdout) == (0, True)
    refused = checked("--ignore", "PASS_ROLE_WITH_STAR", str(file))
    assert "no check has the code 'PASS_ROLE_WITH_STAR'; did you mean" in refused.stderr


def test_a_public_policy_fails_where_it_must_not_be(file: Path) -> None:
    file.write_text(json.dumps(BUCKET))
    said = checked(str(file))
    assert (said.exit_code, "warning WATCHWORD_PUBLIC_ACCESS: Anyone may" in said.stdout) == (0, True)
    assert checked("--no-public", str(file)).exit_code == 1
    assert checked("--no-public", "--ignore", "WATCHWORD_PUBLIC_ACCESS", str(file)).exit_code == 0
    file.write_text(GOOD)
    assert checked("--no-public", str(file)).exit_code == 0


def test_the_hook_and_the_action_call_commands_that_exist() -> None:
    root = Path(__file__).parents[2]
    hooks = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text())
    assert {hook["entry"].split()[1] for hook in hooks} == {"check", "test"}
    action = yaml.safe_load((root / "action.yml").read_text())
    scripts = [step["run"] for step in action["runs"]["steps"]]
    assert not [script for script in scripts if "${{" in script], "inputs are never a part of a script"
    for command in ("check --sarif", "test --junit"):
        assert any(command in script for script in scripts)
