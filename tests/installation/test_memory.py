"""How the memory of a process is divided, and that what it makes keeps to its shares."""

from pathlib import Path

import pytest

from watchword.app import open_world
from watchword.facts.fact import OF_A_VALUE
from watchword.installation.memory import LEAST_MEBIBYTES, divide
from watchword.installation.settings import Settings
from watchword.store import Cache


@pytest.mark.parametrize("mebibytes", [LEAST_MEBIBYTES, 200, 1000])
def test_the_shares_leave_room_for_the_process_itself(mebibytes: int) -> None:
    shares = divide(mebibytes)
    assert min(shares) > 0
    assert sum(shares) <= (mebibytes - 85) << 20


def test_a_world_caches_no_more_facts_than_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr("watchword.app.Cache", lambda size: made.append(size) or Cache(size))
    open_world(Settings(tmp_path, memory=LEAST_MEBIBYTES)).close()
    assert made == [divide(LEAST_MEBIBYTES).facts]
    assert made[0] > 100 * OF_A_VALUE
