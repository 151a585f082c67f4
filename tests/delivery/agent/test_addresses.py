"""The addresses that SDKs know without being told, on an interface of a network namespace."""

import json
import re
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "agent.md").read_text()
UNSHARE = ["unshare", "--map-root-user", "--net"]
ADDRESSES = re.findall(r"ip address add [0-9a-f.:]+/\d+ dev lo", PAGE)


def _why_not() -> str:
    if not (which("unshare") and which("ip")):
        return "needs unshare and ip"
    done = subprocess.run([*UNSHARE, "true"], capture_output=True, text=True, check=False)
    return done.stderr.strip()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if why := _why_not():
        pytest.skip(why)
    more = ["ip address add 169.254.170.23/32 dev lo", "ip address add fd00:ec2::23/128 dev lo"]
    commands = ["ip link set lo up", *ADDRESSES, *more, 'exec "$@"']
    inner = [sys.executable, "-m", "tests.delivery.agent.in_namespace", str(tmp_path_factory.mktemp("host"))]
    done = subprocess.run(
        [*UNSHARE, "sh", "-ec", "; ".join(commands), "sh", *inner],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_page_gives_the_addresses_to_an_interface() -> None:
    assert [each.split()[3] for each in ADDRESSES] == [
        *("169.254.169.254/32", "fd00:ec2::254/128", "169.254.170.2/32"),
    ]


@pytest.mark.parametrize(
    ("source", "who"),
    [
        ("imds", "web/i-0abc"),
        ("imds over IPv6", "web/i-0abc"),
        ("ecs", "app/shop"),
        ("ecs, full", "app/shop"),
        ("eks", "app/shop"),
        ("eks over IPv6", "app/shop"),
    ],
)
def test_plain_boto3_finds_them(found: Any, source: str, who: str) -> None:
    assert found[source].endswith(f":assumed-role/{who}")


@pytest.mark.parametrize("hops", [1, 3])
@pytest.mark.parametrize("family", ["IPv4", "IPv6"])
def test_packets_of_a_token_may_go_so_many_hops(found: Any, hops: int, family: str) -> None:
    token, metadata = found["hops"][str(hops)][family]
    assert token == hops
    assert metadata == 64, "another connection"
