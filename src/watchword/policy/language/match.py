"""Does a text match a pattern? In time linear in the text, whatever the pattern.

Source: IAM User Guide, "IAM JSON policy elements: Resource" and "Condition operators": `*` stands for any
characters, `?` for one, everything else for itself, the whole text must match.

No regular expression is made from policy text, and no match backtracks (a stored `a*a*a*...` must not hang
a server). Common shapes use one method of str. Otherwise the pieces between `*` are searched from left to
right, each from where the one before ended: the leftmost place is always good enough. With `?`, or with a
`*` that stops at colons, it is not; then an automaton reads the text, with its states as bits of one integer.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from watchword.policy.language.variables import (
    ANY,
    ANY_WITHIN,
    ONE,
    ONE_WITHIN,
    Token,
    Variable,
    at_colons,
    joined,
    tokens,
)

Match = Callable[[str], bool]
_FIXED_SEGMENTS = 5
"""An ARN's segments before the resource: arn, partition, service, region, account."""


def matcher(pattern: Sequence[Token]) -> Match:  # noqa: PLR0911 one for each common shape
    """A function that says whether a text matches `pattern`, which holds no variables."""
    match list(pattern):
        case [] | [str(_)]:
            return "".join(str(token) for token in pattern).__eq__
        case [wildcard] if wildcard is ANY:
            return _anything
        case [str(head), wildcard] if wildcard is ANY:
            return lambda text: text.startswith(head)
        case [wildcard, str(tail)] if wildcard is ANY:
            return lambda text: text.endswith(tail)
        case [first, str(inner), last] if first is ANY and last is ANY:
            return lambda text: inner in text
        case _ if all(token is ANY or isinstance(token, str) for token in pattern):
            return _pieces(pattern)
    return _automaton(pattern)


@lru_cache(maxsize=8192)
def glob(pattern: str) -> Match:
    """A matcher for text with wildcards and no variables."""
    return matcher(tokens(pattern, variables=False))


def is_wild(text: str) -> bool:
    """Whether a pattern without variables stands for more than itself."""
    return "*" in text or "?" in text


def resource_tokens(text: str, *, variables: bool) -> tuple[Token, ...]:
    """A Resource as tokens.

    Before the fifth colon a wildcard matches no colon, except a `*` at a segment's end, and a variable
    matches nothing: variables are for the resource part only.
    """
    found = tokens(text, variables=variables)
    *fixed, resource = at_colons(found, _FIXED_SEGMENTS)
    if len(fixed) < _FIXED_SEGMENTS or all(isinstance(each, str) for part in fixed for each in part):
        return found
    confined = [token for part in fixed for token in (*_confined(part), ":")]
    return joined([*confined, *resource])


def _confined(segment: list[Token]) -> list[Token]:
    found = [
        Variable("") if isinstance(token, Variable) else ANY_WITHIN if token is ANY else _one_within(token)
        for token in segment
    ]
    return [*found[:-1], ANY] if segment and segment[-1] is ANY else found


def _one_within(token: Token) -> Token:
    return ONE_WITHIN if token is ONE else token


def _anything(_text: str) -> bool:
    return True


def _pieces(pattern: Sequence[Token]) -> Match:
    """For literals and `*` only: the first and last piece are anchored, the others searched in turn."""
    head = pattern[0] if isinstance(pattern[0], str) else ""
    tail = pattern[-1] if isinstance(pattern[-1], str) and len(pattern) > 1 else ""
    inner = [token for token in pattern[bool(head) : len(pattern) - bool(tail)] if isinstance(token, str)]
    shortest = len(head) + len(tail)

    def match(text: str) -> bool:
        if len(text) < shortest or not text.startswith(head) or not text.endswith(tail):
            return False
        at, end = len(head), len(text) - len(tail)
        for piece in inner:
            at = text.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    return match


def _automaton(pattern: Sequence[Token]) -> Match:
    """Bit i of the state: the text so far matches the first i characters of the pattern."""
    advance: dict[str, int] = {}
    wild = dict.fromkeys((ANY, ANY_WITHIN, ONE, ONE_WITHIN), 0)
    position = 0
    for token in pattern:
        if isinstance(token, str):
            for character in token:
                advance[character] = advance.get(character, 0) | 1 << position
                position += 1
        elif token in wild:
            wild[token] |= 1 << position
            position += token in (ONE, ONE_WITHIN)
    colon = (wild[ANY], wild[ONE])
    other = (wild[ANY] | wild[ANY_WITHIN], wild[ONE] | wild[ONE_WITHIN])
    accept = 1 << position

    def match(text: str) -> bool:
        states = 1
        for character in text:
            stay, step = colon if character == ":" else other
            states = (states & (advance.get(character, 0) | step)) << 1 | states & stay
            if not states:
                return False
        return bool(states & accept)

    return match
