"""Does a text match a pattern? In time linear in the text, whatever the pattern.

Source: IAM User Guide, "IAM JSON policy elements: Resource" and "Condition operators": `*` matches any
characters, `?` one, everything else itself; the whole text must match.

`names.glob` matches patterns of these. A wildcard that stops at colons is known to policies only: then an
automaton reads the text, with its states as the bits of one integer. Neither backtracks, so a stored
`a*a*a*...` can't hang a server.
"""

from collections.abc import Callable, Sequence

from watchword.names import glob as globs
from watchword.names.glob import Gapped, Match, Part
from watchword.policy.language.shared import shared
from watchword.policy.language.variables import (
    ANY,
    ANY_WITHIN,
    ONE,
    ONE_WITHIN,
    Context,
    Token,
    Variable,
    at_colons,
    has_variables,
    joined,
    resolve,
    tokens,
)

OpenMatch = Callable[[str, Context], bool]
"""Whether a text matches a pattern, given the values of its variables."""
_Template = tuple[str | Variable | None, ...]
"""What is between two stars; None for `?`."""
_FIXED_SEGMENTS = 5
"""An ARN's segments before the resource: arn, partition, service, region, account."""


def matcher(pattern: Sequence[Token]) -> Match:
    """A function that says whether a text matches `pattern`, which holds no variables."""
    assert not has_variables(pattern)
    templates = _templates(pattern)
    if templates is None:
        return _automaton(pattern)
    return globs.matcher([_part(each) for each in templates])


def open_matcher(pattern: Sequence[Token]) -> OpenMatch:
    """The same for a pattern with variables. An unresolved one matches nothing."""
    templates = _templates(pattern)
    if templates is None:
        return lambda text, context: _automaton_matches(pattern, text, context)
    parts = [
        each if any(isinstance(piece, Variable) for piece in each) else _part(each) for each in templates
    ]

    def match(text: str, context: Context) -> bool:
        found = []
        for part in parts:
            known = _resolved_part(part, context) if isinstance(part, tuple) else part
            if known is None:
                return False
            found.append(known)
        return globs.matcher(found)(text)

    return match


@shared
def glob(pattern: str) -> Match:
    """A matcher for text with wildcards and no variables."""
    return globs.glob(pattern)


def is_wild(text: str) -> bool:
    """Whether a pattern without variables has wildcards."""
    return "*" in text or "?" in text


def is_confined(text: str) -> bool:
    """Whether a Resource has wildcards before the fifth colon, where they stop at colons."""
    *fixed, _ = text.split(":", _FIXED_SEGMENTS)
    return len(fixed) == _FIXED_SEGMENTS and is_wild(":".join(fixed))


def resource_matcher(text: str, head: str = "") -> Match:
    """Whether a resource matches a Resource without variables; `head` is known to be how it starts."""
    if is_confined(text):
        return matcher(resource_tokens(text, variables=False))
    return globs.glob_after(head, text)


def open_resource_matcher(text: str) -> OpenMatch:
    """The same for one with variables."""
    return open_matcher(resource_tokens(text, variables=True))


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


def _templates(pattern: Sequence[Token]) -> list[_Template] | None:
    """What is between the stars; None where a wildcard stops at colons."""
    found: list[list[str | Variable | None]] = [[]]
    for token in pattern:
        if token is ANY:
            found.append([])
        elif token is ONE:
            found[-1].append(None)
        elif isinstance(token, str | Variable):
            found[-1].append(token)
        else:
            return None
    return [tuple(each) for each in found]


def _resolved_part(template: _Template, context: Context) -> Part | None:
    """None where a variable has no single value."""
    pieces: list[str | None] = []
    for piece in template:
        if isinstance(piece, Variable):
            value = context.get(piece.key, piece.default)
            if not isinstance(value, str):
                return None
            pieces.append(value)
        else:
            pieces.append(piece)
    return _part(pieces)


def _part(pieces: Sequence[str | Variable | None]) -> Part:
    texts = [piece for piece in pieces if isinstance(piece, str)]
    if len(texts) == len(pieces):
        return "".join(texts)
    return Gapped.of([piece if isinstance(piece, str) else None for piece in pieces])


def _automaton_matches(pattern: Sequence[Token], text: str, context: Context) -> bool:
    found = resolve(pattern, context)
    return found is not None and _automaton(found)(text)


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
