"""User codes: how they are made, shown, and read from what people type."""

import os
from collections import Counter

import pytest

from watchword.proofs.user_code import LENGTH, LETTERS, digest, new_code, read_code

ROOT = bytes(32)


def test_a_code_is_shown_in_two_groups() -> None:
    code = new_code(os.urandom)
    assert len(code) == LENGTH + 1
    assert code[4] == "-"
    assert set(code) <= {*LETTERS, "-"}
    assert read_code(code) == code


def test_each_letter_comes_as_often_as_any_other() -> None:
    found = Counter("".join(new_code(os.urandom) for _ in range(2000)))
    del found["-"]
    assert found.keys() == set(LETTERS)
    assert max(found.values()) < 2 * min(found.values())


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("BCDF-GHJK", "BCDF-GHJK"),
        (" bcdf ghjk\n", "BCDF-GHJK"),
        ("b.c.d.f.g.h.j.k", "BCDF-GHJK"),
        ("BCDFGHJ", None),
        ("BCDF-GHJKL", None),
        ("ABCD-EFGH", None),
        ("1234-5678", None),
        ("ВCDF-GHJK", None),  # a Cyrillic letter
        ("BCDF-GHJK" + " " * 100 + "L", "BCDF-GHJK"),
        ("", None),
    ],
)
def test_what_people_type(typed: str, read: str | None) -> None:
    assert read_code(typed) == read


def test_what_is_kept_needs_the_root_key() -> None:
    assert digest("BCDF-GHJK", ROOT) != digest("BCDF-GHJK", bytes(31) + b"1")
    assert digest("BCDF-GHJK", ROOT) != digest("BCDF-GHJL", ROOT)
