"""A workload is recognised by all that the agent's file says of it, and by nothing less."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchword.delivery.agent.groups import Groups
from watchword.delivery.agent.workloads import Workloads
from watchword.delivery.agent.written import Workload
from watchword.delivery.supply import Issued, Supply
from watchword.transport.local_peer import Owner

ROLE = "arn:aws:iam::111111111111:role/app"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
ONE, TWO = "token-of-the-first", "token-of-the-second"
USER, OTHER = 1001, 1002


class Cgroups(Groups):
    """Control groups by ids that a test gives."""

    def __init__(self, **ids: int) -> None:
        super().__init__(())
        self._by_id = {number: f"/{name}" for name, number in ids.items()}


def supply() -> Supply:
    return Supply(lambda: Issued(ROLE, "ASIA", "secret", "token", NOW + timedelta(hours=1)), lambda: NOW)


def workloads(**written: Workload) -> Workloads:
    return Workloads(written, {name: supply() for name in written}, Cgroups(web=7, db=8))


def named(found: object) -> str:
    return getattr(found, "name", "")


@pytest.mark.parametrize(
    ("written", "token", "owner", "recognised"),
    [
        pytest.param({"token": ONE}, ONE, None, True, id="its token, from anywhere"),
        pytest.param({"token": ONE}, TWO, None, False, id="another workload's token"),
        pytest.param({"token": ONE}, ONE[:-1], None, False, id="part of its token"),
        pytest.param({"token": ONE}, f"{ONE}x", None, False, id="more than its token"),
        pytest.param({"token": ONE}, "", None, False, id="an empty token"),
        pytest.param({"token": ONE}, "\udce9", None, False, id="bytes"),
        pytest.param({"token": ONE, "user": "1001"}, ONE, Owner(USER, None), True, id="token and user"),
        pytest.param(
            {"token": ONE, "user": "1001"}, ONE, Owner(OTHER, None), False, id="another user's hand"
        ),
        pytest.param({"token": ONE, "user": "1001"}, ONE, Owner(0, None), False, id="root isn't every user"),
        pytest.param({"token": ONE, "user": "1001"}, ONE, None, False, id="from another host"),
        pytest.param({"token": ONE, "cgroup": "/web"}, ONE, Owner(0, 7), True, id="token and group"),
        pytest.param({"token": ONE, "cgroup": "/web"}, ONE, Owner(0, 8), False, id="another group's hand"),
        pytest.param({"token": ONE, "cgroup": "/web"}, ONE, Owner(0, 9), False, id="an unknown group"),
        pytest.param({"token": ONE, "cgroup": "/web"}, ONE, Owner(0, None), False, id="no group is told"),
    ],
)
def test_by_its_token(written: dict[str, str], token: str, owner: Owner | None, recognised: bool) -> None:
    known = workloads(one=Workload(ROLE, **written), two=Workload(ROLE, user="7"))
    assert named(known.of_token(token, lambda: owner)) == ("one" if recognised else "")


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Owner(USER, None), "user"),
        (Owner(USER, 9), "user"),
        (Owner(USER, 7), "both"),
        (Owner(OTHER, 7), "group"),
        (Owner(OTHER, 8), ""),
        (Owner(0, None), "root"),
        (Owner(OTHER, None), ""),
        (None, ""),
    ],
)
def test_by_its_socket(owner: Owner | None, name: str) -> None:
    known = workloads(
        user=Workload(ROLE, user="1001"),
        group=Workload(ROLE, cgroup="/web"),
        both=Workload(ROLE, user="1001", cgroup="/web"),
        root=Workload(ROLE, user="root"),
        token=Workload(ROLE, user="1002", token=ONE),
    )
    assert named(known.of_owner(owner)) == name


@pytest.mark.parametrize(
    "written",
    [{"token": ONE}, {"user": "1001"}, {"cgroup": "/web"}, {"user": "1001", "cgroup": "/web"}],
)
def test_two_that_cannot_be_told_apart(written: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="workloads a and b can't be told apart"):
        workloads(a=Workload(ROLE, **written), b=Workload(ROLE, **written))


def test_a_user_that_the_host_does_not_have() -> None:
    with pytest.raises(ValueError, match="this host has no user 'nobody-here'"):
        workloads(a=Workload(ROLE, user="nobody-here"))


def plain(file: Path) -> None:
    file.write_text(f"{ONE}\n")
    file.chmod(0o440)


def readable(file: Path) -> None:
    plain(file)
    file.chmod(0o444)


def link(file: Path) -> None:
    plain(file.with_suffix(".real"))
    file.symlink_to(file.with_suffix(".real"))


def pipe(file: Path) -> None:
    os.mkfifo(file, 0o400)


def short(file: Path) -> None:
    file.write_text("short")
    file.chmod(0o400)


def two_lines(file: Path) -> None:
    file.write_text(f"{ONE}\n{TWO}\n")
    file.chmod(0o400)


def nothing(_file: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "recognised"),
    [
        (plain, True),
        *((each, False) for each in (readable, link, pipe, short, two_lines, nothing, Path.mkdir)),
    ],
)
def test_its_token_file(tmp_path: Path, make: Callable[[Path], None], recognised: bool) -> None:
    file = tmp_path / "token"
    make(file)
    known = workloads(one=Workload(ROLE, token_file=str(file), user="1001"))
    assert bool(known.of_token(ONE, lambda: Owner(USER, None))) is recognised
    assert known.of_owner(Owner(USER, None)) is None, "without its token it isn't recognised by less"


def test_timing_tells_nothing_of_a_token() -> None:
    """What is looked for is an HMAC under a random key, so two agents look for different bytes."""
    first, second = (workloads(one=Workload(ROLE, token=ONE)) for _ in range(2))
    assert first._digest(ONE) != second._digest(ONE)
    assert len(first._digest(ONE)) == len(first._digest("x")) == 32


def test_a_group_that_begins_later_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cgroup.controllers").touch()
    monkeypatch.setattr("watchword.delivery.agent.groups.ROOTS", (tmp_path,))
    times = iter([0.0, 0.0, 0.5, 2.0, 2.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    groups = Groups(["/unit"])
    assert groups.path_of(1) == ""
    (tmp_path / "unit").mkdir()
    number = (tmp_path / "unit").stat().st_ino
    assert groups.path_of(number) == "", "not looked for again so soon"
    assert groups.path_of(number) == "/unit"
    assert groups.path_of(number) == "/unit", "known"
