"""`watchword test`: what it prints, and how it ends."""

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from typer.testing import CliRunner, Result

from watchword.cli import app

TESTS = """
given: {identity: {Version: 2012-10-17, Statement: {Effect: Allow, Action: s3:*, Resource: "*"}}}
when: {principal: arn:aws:iam::111111111111:user/ann, action: s3:GetObject}
tests:
  - {name: allowed, then: allow}
"""
FAILING = TESTS + "  - {name: refused, then: deny}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.policy-tests.yaml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["test", *map(str, arguments)])


def test_all_pass(file: Path) -> None:
    file.write_text(TESTS)
    said = run(file)
    assert (said.exit_code, said.stdout) == (0, f"passed {file}:5 allowed\n1 passed, 0 failed\n")
    assert run("--quiet", file.parent).stdout == "1 passed, 0 failed\n"


def test_one_fails(file: Path) -> None:
    file.write_text(FAILING)
    said = run("-q", file)
    assert said.exit_code == 1
    assert said.stdout.splitlines() == [
        f"FAILED {file}:6 refused",
        "    s3:GetObject on * by arn:aws:iam::111111111111:user/ann",
        "      expected deny, was allow",
        "      Allow by identity policy identity[0], statement 0",
        "1 passed, 1 failed",
    ]


def test_what_cannot_be_read(file: Path) -> None:
    file.write_text("tests: {}")
    assert run(file).exit_code == 2
    assert (
        run(file.with_name("none.yaml")).stderr
        == f"watchword: {file.with_name('none.yaml')}: No such file or directory\n"
    )
    (file.parent / "empty").mkdir()
    assert run(file.parent / "empty").stderr == f"watchword: no tests in {file.parent / 'empty'}\n"


def test_results_as_junit_xml_and_as_json(file: Path) -> None:
    when = "when: {principal: '*', action: s3:Get, resource: r}"
    file.write_text(f"tests: [{{name: 'a <\\e[2J>', {when}, then: allow}}]")
    result = CliRunner().invoke(app, ["test", "--junit", str(file)])
    assert result.exit_code == 1
    (suite,) = fromstring(result.stdout.partition("\n")[2])
    (case,) = suite
    assert (suite.attrib["name"], suite.attrib["failures"]) == (str(file), "1")
    assert case.attrib == {"name": "a <\\e[2J>", "classname": str(file), "file": str(file), "line": "1"}
    assert "expected allow, was implicitDeny" in (case[0].text or "")
    (line,) = CliRunner().invoke(app, ["test", "--json", str(file)]).stdout.splitlines()
    told = json.loads(line)
    assert (told["name"], told["line"], len(told["failures"]) > 1) == (case.attrib["name"], 1, True)
