"""Patterns and policy variables: the text of a policy value as tokens.

Source: IAM User Guide, "IAM policy elements: Variables and tags" (rule 14 of `combine`).

* `*` and `?` are wildcards where the element or operator has wildcards, `${*} ${?} ${$}` the characters.
* `${key}` and `${key, 'default'}` (comma, one space, quotes) only under Version 2012-10-17; the key must
  be single-valued. A variable that is malformed, absent or many-valued makes its value unresolved.
* The value of a variable is literal text: wildcards and variables in it mean nothing.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from watchword.names.fold import fold
from watchword.policy.language.shared import LONGEST

Value = str | tuple[str, ...]
Context = Mapping[str, Value]


def folded(name: str) -> str:
    """A key or action of a policy, folded. `fold` caches names, and those of a policy may be long."""
    return fold(name) if len(name) <= LONGEST else name.casefold()


class Wildcard:
    """A kind of wildcard; compared by identity."""

    __slots__ = ("sign",)

    def __init__(self, sign: str) -> None:
        self.sign = sign

    def __repr__(self) -> str:
        return self.sign


ANY: Final = Wildcard("*")
ONE: Final = Wildcard("?")
ANY_WITHIN: Final = Wildcard("*")
ONE_WITHIN: Final = Wildcard("?")
"""Wildcards that stop at a colon."""
_WILDCARDS = {"*": ANY, "?": ONE}


class Variable(Struct, frozen=True):
    """A key of the request's context, folded; empty when the variable is malformed."""

    key: str
    default: str | None = None


Token = str | Wildcard | Variable
_WILDCARD = r"(?P<wildcard>[*?])"
_PIECE = {
    False: re.compile(_WILDCARD),
    True: re.compile(r"\$\{(?P<variable>[^}]*)\}|(?P<open>\$\{.*)|" + _WILDCARD, re.DOTALL),
}
_KEY = r"[^\s,'\"*?${}]+"
_KEYS = re.compile(rf"\$\{{({_KEY})")
_VARIABLE = re.compile(rf"(?P<key>{_KEY})(?:, '(?P<default>[^']*)')?")
_LITERALS = frozenset("*?$")


def tokens(text: str, *, variables: bool, wildcards: bool = True) -> tuple[Token, ...]:
    """`text` as literal pieces, wildcards and variables."""
    if not wildcards and not (variables and "${" in text):
        return (text,) if text else ()
    found: list[Token] = []
    at = 0
    for piece in _PIECE[variables].finditer(text):
        sign = piece["wildcard"]
        token = _variable(piece["variable"]) if sign is None else _WILDCARDS[sign] if wildcards else sign
        found += [text[at : piece.start()], token]
        at = piece.end()
    found.append(text[at:])
    return joined(found)


def keys_in(text: str) -> list[str]:
    """The keys that the variables of a text name, as written."""
    return _KEYS.findall(text)


def joined(found: list[Token]) -> tuple[Token, ...]:
    """Without empty pieces, and neighbouring literals as one."""
    result: list[Token] = []
    for token in found:
        if isinstance(token, str) and result and isinstance(result[-1], str):
            result[-1] += token
        elif token != "":
            result.append(token)
    return tuple(result)


def at_colons(found: tuple[Token, ...], most: int) -> list[list[Token]]:
    """`found`, cut at the first `most` colons of the policy's own text."""
    parts: list[list[Token]] = [[]]
    for token in found:
        if not isinstance(token, str):
            parts[-1].append(token)
            continue
        first, *others = token.split(":", most + 1 - len(parts))
        parts[-1] += [first] if first else []
        parts += [[piece] if piece else [] for piece in others]
    return parts


def has_variables(found: Sequence[Token]) -> bool:
    """Whether a pattern needs a context."""
    return any(isinstance(token, Variable) for token in found)


def resolve(found: Sequence[Token], context: Context) -> tuple[Token, ...] | None:
    """With every variable replaced by its literal text; None when one has no single value."""
    result: list[Token] = []
    for token in found:
        if isinstance(token, Variable):
            value = context.get(token.key, token.default)
            if not isinstance(value, str):
                return None
            result.append(value)
        else:
            result.append(token)
    return joined(result)


def _variable(inside: str | None) -> Token:
    if inside is None:
        return Variable("")
    if inside in _LITERALS:
        return inside
    found = _VARIABLE.fullmatch(inside)
    return Variable(folded(found["key"]), found["default"]) if found else Variable("")
