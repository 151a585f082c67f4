"""What a file of the audit journal proves about itself.

1. A file of a chain (`proofs.audit_chain`) proves, under the installation's key, that every line was written
   by a server, in this order and in a file of this name. Lines missing at its end show only in comparison
   with a head that was taken before.
2. Files that older versions wrote have, in each line, only the SHA-256 of the line before it. They show
   accidents: anyone who can write them can compute that.
3. Such a file in the name of a day after the first day of chains wasn't written by an older version.

Not here: what is done about it.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from watchword.proofs.audit_chain import Chain, Head, is_link
from watchword.store.audit_file import contents, name_in_chain

_NEVER = "9999-99-99"
"""Later than any day."""
_NOT_AS_TAKEN = "lines are missing that were there when the head was taken"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=-)")
_NOT_NEXT = "doesn't follow the line before it"
_CUT_OFF = "isn't whole: its server ended while it wrote, or the file was cut off"


class Checked(Struct, frozen=True):
    """A file, and what is wrong with it."""

    file: Path
    chained: bool
    """Rule 1; else rule 2."""
    lines: int
    head: Head | None
    """Of a chain: how far it is written, if nothing is wrong."""
    wrong: tuple[tuple[int, str], ...]
    """Numbers of lines, from 1, and what is wrong with each."""


def check(file: Path, key: bytes, taken: Head | None = None) -> Checked:
    """The file, compared with a head that was taken before if there is one. Raises OSError."""
    lines, wrong = _lines(file)
    if any(map(is_link, lines)):
        return _check_chain(file, key, lines, wrong, taken)
    wrong += _unkeyed(lines)
    if taken:
        wrong.append((1, _NOT_AS_TAKEN))
    return Checked(file, chained=False, lines=len(lines), head=None, wrong=tuple(sorted(wrong)))


def later_than_chains(checked: Sequence[Checked]) -> list[Checked]:
    """Files without a chain that no older version can have written (rule 3)."""
    first = min((_day(each.file) for each in checked if each.chained), default=_NEVER)
    old = [each for each in checked if not each.chained and each.lines]
    return [each for each in old if _day(each.file) > first]


def _check_chain(
    file: Path, key: bytes, lines: Sequence[bytes], wrong: list[tuple[int, str]], taken: Head | None
) -> Checked:
    chain = Chain.begin(key, name_in_chain(file))
    as_taken = taken is None
    for number, line in enumerate(lines, 1):
        follows, chain = chain.follow(line)
        as_taken = as_taken or chain.head == taken
        if not follows:
            wrong.append((number, _NOT_NEXT))
    if not as_taken:
        wrong.append((len(lines), _NOT_AS_TAKEN))
    head = None if wrong else chain.head
    return Checked(file, chained=True, lines=len(lines), head=head, wrong=tuple(sorted(wrong)))


def _lines(file: Path) -> tuple[list[bytes], list[tuple[int, str]]]:
    """The lines, and what is wrong with the last one. The rest of a reserve isn't one."""
    *lines, rest = contents(file).split(b"\n")
    return lines, [(len(lines) + 1, _CUT_OFF)] if rest else []


def _unkeyed(lines: Sequence[bytes]) -> Iterator[tuple[int, str]]:
    previous = ""
    for number, line in enumerate(lines, 1):
        if _previous(line) != previous:
            yield number, _NOT_NEXT
        previous = hashlib.sha256(line).hexdigest()


def _previous(line: bytes) -> object:
    try:
        return msgspec.json.decode(line, type=dict[str, object]).get("previousLine")
    except (ValueError, RecursionError):
        return None


def _day(file: Path) -> str:
    """The day in its name; older versions wrote no file without one."""
    found = _DAY.match(file.name)
    return found[0] if found else _NEVER
