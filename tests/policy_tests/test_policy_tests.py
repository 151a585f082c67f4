"""Policy tests pass and fail when they should, and say why."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from watchword.policy_tests import Unreadable, find, read

ANN = "arn:aws:iam::111111111111:user/ann"
READER = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Reports", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*"},
        {"Sid": "NoDrafts", "Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::reports/drafts/*"},
    ],
}
HEAD = f"""
given: {{identity: reader.json}}
when: {{principal: "{ANN}", action: s3:GetObject, resource: "arn:aws:s3:::reports/a"}}
tests:
"""
LAUGHS = "a0: &a0 [x], " + ", ".join(f"a{n}: &a{n} [{', '.join(10 * [f'*a{n - 1}'])}]" for n in range(1, 9))
"""A list of a hundred million items, in aliases of aliases."""
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of tests beside a policy."""
    (tmp_path / "reader.json").write_text(json.dumps(READER))

    def to(text: str) -> Path:
        file = tmp_path / "a.policy-tests.yaml"
        file.write_text(text)
        return file

    return to


def failures(file: Path) -> list[str]:
    return [line for case in read(file) for line in case.failures()]


@pytest.mark.parametrize(
    ("test", "because"),
    [
        ("then: allow", "Reports"),
        ("then: allow", "[identity, reader.json]"),
        ("then: explicitDeny, when: {resource: 'arn:aws:s3:::reports/drafts/a'}", "NoDrafts"),
        ("then: deny, when: {resource: 'arn:aws:s3:::reports/drafts/a'}", "identity"),
        ("then: deny, when: {action: s3:PutObject}", "identity"),
        ("then: implicitDeny, when: {resource: 'arn:aws:s3:::other'}", "[Reports, Resource, identity]"),
        (
            "then: implicitDeny, when: {principal: 'arn:aws:iam::222222222222:user/a', resourceAccount: 1}",
            "resource",
        ),
        ("then: allow, when: {principal: 'arn:aws:iam::111111111111:role/deep/r'}", "Reports"),
        ("then: allow, when: {principal: 'arn:aws:sts::111111111111:assumed-role/r/s'}", "Reports"),
        ("then: allow, given: {identity: []}, when: {principal: 'arn:aws:iam::111111111111:root'}", "[]"),
        ("then: implicitDeny, when: {principal: lambda.amazonaws.com}", "resource"),
        ("then: implicitDeny, when: {principal: '*'}", "resource"),
        ("then: implicitDeny, given: {session: []}", "session"),
        ("then: implicitDeny, given: {scps: [reader.json, []]}", "scp"),
        (
            "then: allow, given: {scps: [[]]}, when: {org: {principalAccountIsManagement: true}}",
            "identity",
        ),
    ],
)
def test_what_holds_passes(write: Write, test: str, because: str) -> None:
    assert failures(write(f"{HEAD}  - {{name: one, {test}, because: {because}}}\n")) == []


def test_a_wrong_verdict_fails_with_its_reason(write: Write) -> None:
    said = failures(write(f"{HEAD}  - {{name: one, then: deny}}\n"))
    assert said[:2] == [f"s3:GetObject on arn:aws:s3:::reports/a by {ANN}", "  expected deny, was allow"]
    assert said[2] == "  Allow by identity policy reader.json, statement Reports"


def test_a_wrong_reason_fails(write: Write) -> None:
    said = failures(write(f"{HEAD}  - {{name: one, then: allow, because: [Reports, Others]}}\n"))
    assert said[1] == "  was allow, but not because of Others"


def test_each_action_is_tried_on_each_resource(write: Write) -> None:
    when = "when: {action: [s3:GetObject, s3:PutObject], resource: ['arn:aws:s3:::reports/a', 'x:y']}"
    (case,) = read(write(f"{HEAD}  - {{name: all, then: allow, {when}}}\n"))
    assert len(case.requests) == 4
    assert [line.partition(" by")[0] for line in case.failures() if f" by {ANN}" in line] == [
        "s3:GetObject on x:y",
        "s3:PutObject on arn:aws:s3:::reports/a",
        "s3:PutObject on x:y",
    ]


def test_scalars_are_text(write: Write) -> None:
    text = f"""{HEAD}
  - name: dates, Booleans, numbers, accounts
    given:
      identity:
        Version: 2012-10-17
        Statement:
          Effect: Allow
          Action: s3:*
          Resource: "*"
          Condition:
            Bool: {{aws:SecureTransport: true}}
            NumericLessThan: {{s3:max-keys: 10}}
            StringEquals: {{aws:PrincipalAccount: 011111111111}}
    when: {{context: {{aws:SecureTransport: true, s3:max-keys: 9, aws:PrincipalAccount: 011111111111}}}}
    then: allow
"""
    assert failures(write(text)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tests: [", ":1: "),
        ("[]", "Expected `object`"),
        ("", "`tests`"),
        ("tests: []\ntests: []", ":2: tests is given twice"),
        (HEAD + "  - {name: one, then: maybe}", "Invalid enum value 'maybe'"),
        (
            HEAD + "  - {name: one, then: allow, whem: {}}",
            ":5: tests[0] has no member 'whem'; did you mean 'when'?",
        ),
        (
            HEAD + "  - {name: one, then: allow, when: {actions: x}}",
            ":5: tests[0].when has no member 'actions'; did you mean 'action'?",
        ),
        (
            HEAD + "  - name: one\n    then: deny\n    given:\n      boundry: []",
            ":8: tests[0].given has no member",
        ),
        ("given: {boundry: []}\ntests: []", ":1: given has no member 'boundry'; did you mean 'boundary'?"),
        (
            HEAD + "  - {name: one, then: allow, when: {org: {principalAccountIsManagment: true}}}",
            "tests[0].when.org has no member",
        ),
        (HEAD + "  - {name: one, then: allow, given: {identity: none.json}}", "none.json: No such file"),
        (HEAD + "  - {name: one, then: allow, given: {identity: {Statement: 1}}}", ":5: one: "),
        (
            HEAD + "  - {name: one, then: allow, when: {principal: 'arn:aws:s3:::b'}}",
            "no principal is called arn:aws:s3:::b",
        ),
        (
            HEAD + "  - {name: one, then: allow, when: {principal: {type: user, nam: x}}}",
            ":5: tests[0].when.principal has no member 'nam'; did you mean 'name'?",
        ),
        (HEAD + "  - {name: one, then: allow, when: {context: {a: 1, A: 2}}}", "given twice"),
        ("&a [*a]", "recursive"),
        ("tests: !!python/object/apply:os.system [ls]", ""),
        ("\x00", "special characters"),
        ("[" * 5000, "nested too deeply"),
        (f"{HEAD}  - {{name: one, then: allow, given: {{identity: {{{LAUGHS}}}}}}}", "stand for too much"),
    ],
)
def test_what_is_not_understood_is_refused(write: Write, text: str, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(write(text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_of_a_directory(write: Write, tmp_path: Path) -> None:
    file = write(HEAD + "  - {name: one, then: allow}")
    (tmp_path / "below").mkdir()
    other = tmp_path / "below" / "b.policy-tests.yml"
    other.write_text("tests: []")
    assert find(tmp_path) == sorted([file, other])
    assert find(file) == [file]


def test_pytest_collects_them(write: Write, tmp_path: Path) -> None:
    write(f"{HEAD}  - {{name: good, then: allow}}\n  - {{name: bad, then: deny}}\n")
    (tmp_path / "broken.policy-tests.yaml").write_text("tests: [")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-v",
        "--continue-on-collection-errors",
        ".",
    ]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "a.policy-tests.yaml::good PASSED" in ran.stdout
    assert "a.policy-tests.yaml::bad FAILED" in ran.stdout
    assert "  expected deny, was allow" in ran.stdout
    assert "broken.policy-tests.yaml:1: " in ran.stdout
    assert "Traceback" not in ran.stdout


def test_the_manual_is_true(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "policy-tests.md").read_text()
    example = manual.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "reader.json").write_text(json.dumps(READER))
    file = tmp_path / "reports.policy-tests.yaml"
    file.write_text(example)
    ran = subprocess.run(
        [sys.executable, "-m", "watchword", "test", file.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    printed = manual.partition("```console\n")[2].partition("```")[0]
    assert printed == f"$ watchword test {file.name}\n{ran.stdout}"
