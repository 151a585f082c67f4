"""Lines of the journal, from its end."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from watchword.store.audit_backwards import PIECE, mapped

LINES = b'{"a":1}\n{"b":2}\n'


@pytest.mark.parametrize("zeros", [0, 1, 7, 4096, PIECE])
def test_zeros_of_a_reserve_are_not_mapped(tmp_path: Path, zeros: int) -> None:
    """They can go at any moment, and a reader of them would be killed."""
    file = tmp_path / "reserve-1-0.spare"
    file.write_bytes(LINES + bytes(zeros))
    with ExitStack() as within:
        lines = mapped(file, within)
        assert lines is not None
        assert len(lines) == len(LINES)
        os.truncate(file, len(LINES))
        assert lines[:] == LINES


def test_a_file_without_lines(tmp_path: Path) -> None:
    for name, content in {"empty": b"", "zeros": bytes(5000)}.items():
        (tmp_path / name).write_bytes(content)
        with ExitStack() as within:
            assert mapped(tmp_path / name, within) is None
