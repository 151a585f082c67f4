"""Without the key no line can be made, changed, moved, removed, or taken from another file."""

import hashlib
import hmac
import json
from itertools import pairwise, permutations
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from watchword.proofs.audit_chain import Chain, Head, audit_key, is_link

KEY = audit_key(b"r" * 32)
BEGUN = Chain.begin(KEY, "day.jsonl")
EVENTS: list[dict[str, Any]] = [{"n": 0}, {}, {"n": 2, "text": 'a "quote"\nand a line'}, {"n": 3}]


def written(chain: Chain = BEGUN) -> list[bytes]:
    return chain.extend(EVENTS)[0].split(b"\n")[:-1]


def broken(lines: list[bytes], chain: Chain = BEGUN) -> list[int]:
    """Places, from 1, of lines that don't follow."""
    found = []
    for place, line in enumerate(lines, 1):
        follows, chain = chain.follow(line)
        found += [] if follows else [place]
    return found


def test_a_line_is_the_event_its_place_and_its_mac() -> None:
    lines = [json.loads(line) for line in written()]
    assert [{name: each[name] for name in each if name != "chain"} for each in lines] == EVENTS
    assert [each["chain"]["line"] for each in lines] == [1, 2, 3, 4]
    assert all(is_link(line) for line in written())


def test_the_mac_is_what_the_head_of_the_file_says() -> None:
    """Computed here once more, from RFC 2104 and RFC 5869."""
    key = HKDF(SHA256(), 32, salt=None, info=b"watchword audit journal 1").derive(b"r" * 32)
    before = hashlib.sha256(b"day.jsonl").digest()
    for line in written():
        start, mac = line[: line.rindex(b'"mac":"') + 7], json.loads(line)["chain"]["mac"]
        before = hmac.new(key, before + start, "sha256").digest()
        assert mac == before.hex()


def test_what_was_written_follows_whether_at_once_or_in_pieces() -> None:
    assert broken(written()) == []
    chain, text = BEGUN, b""
    for event in EVENTS:
        line, chain = chain.extend([event])
        text += line
    assert text == BEGUN.extend(EVENTS)[0]
    assert chain.head == Head(4, json.loads(written()[-1])["chain"]["mac"])


def test_every_changed_byte_shows() -> None:
    lines = written()
    for place in range(len(lines[1])):
        changed = bytearray(lines[1])
        changed[place] ^= 1
        assert 2 in broken([lines[0], bytes(changed), *lines[2:]])


def test_every_other_order_shows() -> None:
    lines = written()
    for other in permutations(lines):
        assert bool(broken(list(other))) == (list(other) != lines)


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (written()[1:], [1]),
        (written()[:1] + written()[2:], [2]),
        ([written()[0], *written()], [2]),
        ([*written()[:2], b"{}", *written()[2:]], [3]),
        ([*written()[:2], b"", *written()[2:]], [3]),
        ([*written()[:2], b'{"n":1,"previousLine":""}', *written()[2:]], [3]),
        ([*written()[:2], written(Chain.begin(KEY, "another.jsonl"))[2], *written()[3:]], [3, 4]),
        (written(Chain.begin(KEY, "another.jsonl")), [1]),
        (written(Chain.begin(audit_key(b"s" * 32), "day.jsonl")), [1, 2, 3, 4]),
        (written()[:3], []),
    ],
    ids=[
        "the first taken out", "one taken out", "one twice", "one put in", "an empty one put in",
        "an old one put in", "one of another file", "a file renamed", "a forger's key",
        "the last taken out: a head must show it",
    ],
)  # fmt: skip
def test_a_line_that_was_touched_shows(lines: list[bytes], wrong: list[int]) -> None:
    assert broken(lines) == wrong


def test_a_head_tells_how_much_there_was() -> None:
    heads = []
    chain = BEGUN
    for line in written():
        _, chain = chain.follow(line)
        heads.append(chain.head)
    assert [head.lines for head in heads] == [1, 2, 3, 4]
    assert all(one != other for one, other in pairwise(heads))
    assert heads[-1] == BEGUN.extend(EVENTS)[1].head


def test_the_key_is_not_the_root_key_and_is_not_shown() -> None:
    assert KEY != b"r" * 32
    assert KEY.hex() not in repr(BEGUN)
    assert str(KEY) not in repr(BEGUN)
