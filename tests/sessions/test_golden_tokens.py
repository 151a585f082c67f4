"""Tokens that older versions sealed still open, each to the session that was sealed: tokens outlive upgrades.

The vectors were made by the code of each version: a token of the fields that every session has, one with all
fields of the version, and one that is long enough to be compressed. A new version adds its own.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from watchword.proofs.keyring import Key, Keyring
from watchword.sessions import session as sessions
from watchword.sessions.session import Session

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "session_tokens.json").read_text())
RING = Keyring((Key(VECTORS["key"]["id"], bytes.fromhex(VECTORS["key"]["material"])),), bytes)
TOKENS = [
    pytest.param(each, id=f"{version['fields']} fields, {len(each['token'])} characters")
    for version in VECTORS["versions"]
    for each in version["tokens"]
]


@pytest.mark.parametrize("vector", TOKENS)
def test_it_opens(vector: dict[str, Any]) -> None:
    expected = Session(**{name: frozen(value) for name, value in vector["session"].items()})
    assert sessions.open(vector["token"], RING) == expected


def frozen(value: Any) -> Any:
    """Lists of JSON as tuples."""
    match value:
        case list():
            return tuple(value)
        case dict():
            return {name: frozen(each) for name, each in value.items()}
    return value


def test_fields_are_only_appended() -> None:
    """Any other change makes tokens of today unreadable: add a field at the end, and a version above."""
    now = [field.name for field in msgspec.structs.fields(Session)]
    assert now == VECTORS["fields"]
    assert [version["fields"] for version in VECTORS["versions"]][-1] == len(now)


def test_what_we_seal_now_is_what_the_newest_vectors_say() -> None:
    for vector in VECTORS["versions"][-1]["tokens"]:
        assert sessions.seal(sessions.open(vector["token"], RING), RING) == vector["token"]
