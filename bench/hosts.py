"""What the hosts that rotate their credentials cost the server, by real requests of enrolled hosts.

A rotation is a session of a host's role (CreateHostSession, signed with the certificate's key, decided and
recorded), and a third of a renewal of its certificate: that one comes every three hours. HOSTS hosts join a
server, and each rotates as often as its certificate needs; what counts is the processor's time of the server.

.venv/bin/python bench/hosts.py
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import boto3

import servers
from rows import Row, print_medians
from watchword.delivery.host import Host, join
from watchword.installation import hosts
from watchword.installation.bootstrap import open_installation
from watchword.installation.settings import Settings

HOSTS, A_RENEWAL = 50, 3
"""Rotations for each renewal: a certificate lasts six hours, and is renewed at half its life."""
FLEET, HOUR = 10_000, 3600
SHARE = 0.02
REGION = "us-east-1"
_TICKS = os.sysconf("SC_CLK_TCK")


def rows(stack: ExitStack) -> Iterator[Row]:
    place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    port, process = stack.enter_context(servers.on(place / "data"))
    fleet = _fleet(place, f"http://127.0.0.1:{port}")
    aim = f"<= {SHARE * HOUR / FLEET * 1e6:,.0f}: {FLEET:,} hosts an hour are then {SHARE:.0%} of a core"
    yield Row("a host's rotation", lambda: 1e6 * _rotated(fleet, process), note=aim, unit="us of the server")


def _fleet(place: Path, endpoint: str) -> list[tuple[Host, str]]:
    """Hosts that have joined, and the role of each."""
    with closing(open_installation(Settings(place / "data", must_exist=True))) as installation:
        role = _role(servers.administrator(place / "data"), endpoint)
        invited = [
            hosts.enroll(
                installation, f"web-{n}", [role], account="", region=REGION, valid=timedelta(hours=1)
            )
            for n in range(HOSTS)
        ]
    return [(join(endpoint, each.token, place / each.host.name), role) for each in invited]


def _role(keys: servers.Keys, endpoint: str) -> str:
    iam = boto3.client(
        "iam",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    trusted = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trusted})
    arn: str = iam.create_role(RoleName="machine", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    return arn


def _rotated(fleet: list[tuple[Host, str]], process: int) -> float:
    """Seconds of the server's processor time for a rotation."""
    before = _processor_time(process)
    for host, role in fleet:
        host.renew()
        for _ in range(A_RENEWAL):
            host.issue(role)
    return (_processor_time(process) - before) / (A_RENEWAL * len(fleet))


def _processor_time(process: int) -> float:
    """Seconds of all its threads, in user and system mode: proc(5), /proc/pid/stat, fields 14 and 15."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


if __name__ == "__main__":
    with ExitStack() as parts:
        print_medians(rows(parts), rounds=5)
