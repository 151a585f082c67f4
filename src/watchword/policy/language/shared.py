"""What is compiled of equal parts of policies is shared: an LRU cache for each function that compiles.

Only short parts are cached. Otherwise some thousand long ones, which anyone may store who may store policies,
would stay in memory.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from watchword.policy.language.grammar import Condition, Patterns, Principals

LONGEST: Final = 1024
"""Characters of a part that is cached."""
MOST: Final = 4096
Part = TypeVar("Part", str, Patterns, Principals, Condition)
Options = ParamSpec("Options")
Compiled = TypeVar("Compiled")


def shared(
    build: Callable[Concatenate[Part, Options], Compiled],
) -> Callable[Concatenate[Part, Options], Compiled]:
    """`build`, called once for equal short parts."""
    cached = lru_cache(maxsize=MOST)(build)

    @wraps(build)
    def find(part: Part, /, *args: Options.args, **options: Options.kwargs) -> Compiled:
        if length(part) > LONGEST:
            return build(part, *args, **options)
        return cached(part, *args, **options)  # type: ignore[arg-type]  # all of them are hashable

    return find


def length(part: str | Patterns | Principals | Condition) -> int:
    """The characters of a part."""
    match part:
        case str():
            return len(part)
        case Patterns():
            return sum(map(len, part.values))
        case Condition():
            return len(part.operator) + len(part.key) + sum(map(len, part.values))
    return sum(len(name) for _, names in part.entries for name in names)
