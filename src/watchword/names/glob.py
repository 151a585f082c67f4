"""Glob patterns: `*` matches any characters, `?` one, everything else itself; the whole text must match.

The time is linear in the text, whatever the pattern, because nothing backtracks:

1. A pattern is cut at its stars. The first part must be at the start of the text, the last at its end. Each
   part between is searched from where the one before it ended. The leftmost place leaves the most room for
   the parts that follow, so no other place has to be tried.
2. A part without `?` is searched by `str.find`, which is linear.
3. A part with `?` has a fixed length. Its longest literal run is searched by `str.find`, and the other runs
   are compared there. After a fixed number of comparisons that fail, the Shift-And algorithm (Baeza-Yates and
   Gonnet, "A New Approach to Text Searching", 1992) reads the rest: one step for each character.

No regular expression is made of a pattern. What a pattern means to policies or signatures (variables, colons
of ARNs) does not belong here.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

Match = Callable[[str], bool]

_MOST_COMPARED = 256
"""Comparisons of a part with `?`, before Shift-And takes over."""
SLOW = 64
"""How much longer a character takes by Shift-And, and by other loops in Python, than by `str.find`."""


class Gapped(Struct, frozen=True):
    """A part with `?`: literal runs at fixed offsets, the longest of them first."""

    runs: tuple[tuple[int, str], ...]
    length: int

    @classmethod
    def of(cls, pieces: Iterable[str | None]) -> "Gapped":
        """From literal texts and, for each `?`, None."""
        runs, length = [], 0
        for piece in pieces:
            if piece is None:
                length += 1
            elif piece:
                runs.append((length, piece))
                length += len(piece)
        runs.sort(key=lambda run: -len(run[1]))
        return cls(tuple(runs), length)

    def fits(self, text: str, at: int) -> bool:
        """Whether it is at this place of the text, which is long enough."""
        return all(text.startswith(run, at + offset) for offset, run in self.runs)

    def find(self, text: str, start: int, end: int) -> int:
        """The first place within text[start:end] where it is; -1 where there is none."""
        if not self.runs:
            return start if start + self.length <= end else -1
        offset, longest = self.runs[0]
        behind = end - self.length + offset + len(longest)
        for _ in range(max(1, _MOST_COMPARED // len(self.runs))):
            found = text.find(longest, start + offset, behind)
            if found < 0:
                return -1
            if self.fits(text, found - offset):
                return found - offset
            start = found - offset + 1
        return self._shift_and(text, start, end)

    def _shift_and(self, text: str, start: int, end: int) -> int:
        """Bit i of the state: the last i + 1 characters are like the first i + 1 of this part."""
        gaps = (1 << self.length) - 1
        literal: dict[str, int] = {}
        for offset, run in self.runs:
            gaps &= ~(((1 << len(run)) - 1) << offset)
            for place, character in enumerate(run, offset):
                literal[character] = literal.get(character, 0) | 1 << place
        state, whole = 0, 1 << (self.length - 1)
        for place in range(start, end):
            state = (state << 1 | 1) & (literal.get(text[place], 0) | gaps)
            if state & whole:
                return place + 1 - self.length
        return -1


Part = str | Gapped
"""What is between two stars."""


def glob(pattern: str) -> Match:
    """A function that says whether a text matches `pattern`."""
    parts = pattern.split("*")
    return _between_stars(parts) if "?" not in pattern else _with_gaps([_part(part) for part in parts])


def glob_after(head: str, pattern: str) -> Match:
    """The same for texts that are known to start with `head`, which is used if it is all before a star."""
    first, *others = pattern.split("*")
    if "?" in pattern or not others or first != head:
        return glob(pattern)
    *middle, tail = others
    return _after(len(head), middle, tail)


def matcher(parts: Sequence[Part]) -> Match:
    """The same for the parts of a pattern; there is a star between each two of them."""
    texts = [part for part in parts if isinstance(part, str)]
    return _between_stars(texts) if len(texts) == len(parts) else _with_gaps(parts)


def _part(text: str) -> Part:
    if "?" not in text:
        return text
    first, *others = text.split("?")
    return Gapped.of([first, *(each for other in others for each in (None, other))])


def _between_stars(parts: Sequence[str]) -> Match:
    """For parts without `?`."""
    if len(parts) == 1:
        return parts[0].__eq__
    head, *middle, tail = parts
    if not middle and not tail:
        return _begins(head)
    rest = _after(len(head), middle, tail)
    return _begins_and(head, rest) if head else rest


def _after(at: int, middle: Sequence[str], tail: str) -> Match:
    """For a text that is known to match up to `at`; most patterns take one method of str."""
    if not middle:
        return _ends(at + len(tail), tail)
    if len(middle) == 1 and not tail:
        return _holds(at, middle[0])
    return _in_order(at, tuple(middle), tail)


# Closures: Python calls them without C code between.


def _begins(head: str) -> Match:
    return lambda text: text.startswith(head)


def _begins_and(head: str, rest: Match) -> Match:
    return lambda text: text.startswith(head) and rest(text)


def _ends(shortest: int, tail: str) -> Match:
    return lambda text: text.endswith(tail) and len(text) >= shortest


def _holds(at: int, inner: str) -> Match:
    # `in` takes half as long as `find`, and most texts don't have it.
    return lambda text: inner in text and text.find(inner, at) >= 0


def _in_order(at: int, middle: Sequence[str], tail: str) -> Match:
    def match(text: str) -> bool:
        end = len(text) - len(tail)
        if at > end or not text.endswith(tail):
            return False
        found = at
        for part in middle:
            found = text.find(part, found, end)
            if found < 0:
                return False
            found += len(part)
        return True

    return match


def _with_gaps(parts: Sequence[Part]) -> Match:
    head, *others = [part if isinstance(part, Gapped) else Gapped.of([part]) for part in parts]
    if not others:
        return lambda text: len(text) == head.length and head.fits(text, 0)
    *middle, tail = others
    shortest = head.length + tail.length

    def match(text: str) -> bool:
        end = len(text) - tail.length
        if len(text) < shortest or not head.fits(text, 0) or not tail.fits(text, end):
            return False
        at = head.length
        for part in middle:
            at = part.find(text, at, end)
            if at < 0:
                return False
            at += part.length
        return True

    return match
