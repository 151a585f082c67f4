"""What the fuzzer starts from, and what it once found, without the fuzzer."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from fuzz import TARGETS  # noqa: E402 beside src, not installed


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_known_is_read_or_refused(name: str) -> None:
    target = import_module(f"fuzz.{name}")
    seeds = target.seeds()
    assert seeds
    for data in (*seeds, b"", b"\xff\x00\n"):
        target.check(data)


def test_what_was_trouble_is_none() -> None:
    found = sorted((ROOT / "fuzz" / "found").glob("*/*"))
    assert len(found) == 4  # changed with the files
    for file in found:
        import_module(f"fuzz.{file.parent.name}").check(file.read_bytes())


def test_every_target_is_listed() -> None:
    targets = {file.stem for file in (ROOT / "fuzz").glob("*.py") if "def check(" in file.read_text()}
    assert targets == set(TARGETS)
