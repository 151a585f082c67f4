"""What a person reads at a terminal, or in a log that a terminal wrote."""

import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from watchword.cli.pages import event_page

ARN = "arn:aws:sts::123456789012:assumed-role/reporter/a-session-with-quite-a-long-name-of-its-own"
KEY = "arn:aws:s3:::payroll/2026/november/everything-that-was-paid-to-everybody.txt"
DECISION = {
    "decision": "implicitDeny",
    "action": "s3:GetObject",
    "resource": KEY,
    "matches": [],
    "blockedBy": ["identity"],
    "wouldAllow": [{"policyType": "identity", "statement": {"Effect": "Allow", "Resource": KEY}}],
}
EVENT = {
    "userIdentity": {"arn": ARN},
    "requestID": "r",
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "additionalEventData": {"decisions": [DECISION]},
}


def test_nothing_is_cut_or_broken_however_narrow_the_terminal() -> None:
    console = Console(width=40, highlight=False)
    with console.capture() as captured:
        console.print(event_page(EVENT), soft_wrap=True)
    lines = [line.strip() for line in captured.get().splitlines()]
    assert f"who      {ARN}" in lines
    assert f"s3:GetObject on {KEY}" in lines
    assert f'{{"Effect": "Allow", "Resource": "{KEY}"}}' in lines


def printed(event: dict[str, Any]) -> list[str]:
    console = Console(width=200, highlight=False)
    with console.capture() as captured:
        console.print(event_page(event), soft_wrap=True)
    return captured.get().splitlines()


def test_what_a_strangers_record_leaves_out_is_said() -> None:
    omitted = {"omitted": True, "bytes": 5000, "sha256": "00"}
    lines = printed({**EVENT, "additionalEventData": {"decisions": [omitted]}})
    assert lines[-1] == "decisions not recorded: 5000 bytes about a caller without an account"
    assert printed(EVENT)[-1] != lines[-1]


@pytest.mark.parametrize(("name", "who"), [("ann", "operator ann (uid 7)"), ("", "operator (uid 7)")])
def test_an_operator_is_named(name: str, who: str) -> None:
    identity = {"type": "Operator", "principalId": "uid:7", "userName": name}
    assert f"who      {who}" in printed({**EVENT, "userIdentity": identity})


def test_only_the_tour_needs_boto3() -> None:
    without = "import sys; sys.modules['boto3'] = None; from watchword.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", without, "tour"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "watchword: the tour needs boto3: pip install 'watchword[tour]'\n"
