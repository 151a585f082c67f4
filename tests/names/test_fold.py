"""Names and keys without case: which are one, and that the store, sessions and decisions agree on it."""

from datetime import datetime
from itertools import pairwise
from sys import maxunicode

import pytest

from watchword.identity.tags import read
from watchword.names import AwsError
from watchword.names.fold import fold
from watchword.names.principal import User
from watchword.policy.evaluation.request import Request
from watchword.store import Database, tags

ONE = [
    ("Department", "DEPARTMENT"),
    ("straße", "STRASSE"),
    ("ΟΔΟΣ", "οδος", "οδοσ"),
    ("\N{KELVIN SIGN}", "k"),
]
TWO = [("e", "é"), ("i", "ı"), ("a", "ａ"), ("é", "e\N{COMBINING ACUTE ACCENT}")]
NAME_CHARACTERS = "ABCXYZabcxyz0189_+=,.@-"
"""Of IAM's pattern for names: [\\w+=,.@-]+"""


@pytest.mark.parametrize("spellings", ONE)
def test_spellings_of_one_key(spellings: tuple[str, ...]) -> None:
    assert len(set(map(fold, spellings))) == 1


@pytest.mark.parametrize("keys", TWO)
def test_two_keys(keys: tuple[str, str]) -> None:
    assert fold(keys[0]) != fold(keys[1])


def test_a_name_is_folded_to_lower_case() -> None:
    """So names that an older database holds in lower case are found."""
    assert fold(NAME_CHARACTERS) == NAME_CHARACTERS.lower()


def test_folding_twice_is_folding_once() -> None:
    assert not [char for char in map(chr, range(maxunicode + 1)) if fold(fold(char)) != fold(char)]


@pytest.mark.parametrize("spellings", ONE)
def test_all_floors_agree(spellings: tuple[str, ...], database: Database, now: datetime) -> None:
    for one, other in pairwise(spellings):
        # A request for tags.
        with pytest.raises(AwsError, match="Duplicate"):
            read("user", [{"Key": one, "Value": "1"}, {"Key": other, "Value": "2"}])
        # The store.
        with database.write(now) as tx:
            tags.put(tx, "user", "AIDA1", {one: "1"})
            tags.put(tx, "user", "AIDA1", {other: "2"})
            assert tags.of(tx, "user", "AIDA1") == {other: "2"}
        # A decision.
        context = {f"aws:RequestTag/{one}": "1", f"aws:RequestTag/{other}": "2"}
        with pytest.raises(ValueError, match="twice"):
            Request(User("1", "a", "AIDA1"), "iam:TagUser", "*", context)
