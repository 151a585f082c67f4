"""Places for invocations, shared by threads and processes."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.server.harness import eventually

from watchword.functions.slots import Slots

PROGRAM = """
import sys
from pathlib import Path
from watchword.functions.slots import Slots

taken = [Slots(Path(sys.argv[1])).take("f", 3) for _ in range(2)]
print(sum(each is not None for each in taken), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def slots(tmp_path: Path) -> Slots:
    return Slots(tmp_path / "slots")


def test_there_are_so_many_places_of_a_name(slots: Slots) -> None:
    taken = [slots.take("f", 2) for _ in range(3)]
    assert taken[2] is None
    other = slots.take("g", 1)
    assert other is not None
    assert taken[0] is not None
    slots.give_back(taken[0])
    again = slots.take("f", 2)
    assert again is not None
    for each in (again, taken[1], other):
        assert each is not None
        slots.give_back(each)


def test_none_is_none(slots: Slots) -> None:
    assert slots.take("f", 0) is None


def test_processes_share_their_places(tmp_path: Path) -> None:
    """And what a killed one held can be taken."""
    slots = Slots(tmp_path)
    first = slots.take("f", 3)
    assert first is not None
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "2\n"
        assert slots.take("f", 3) is None
        other.kill()
    found: list[int] = []

    def taken() -> bool:
        found.extend(each for each in [slots.take("f", 3)] if each is not None)
        return len(found) == 2

    assert eventually(taken)
    for each in (first, *found):
        slots.give_back(each)
