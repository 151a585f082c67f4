"""Values of a model's shapes: good ones of any allowed length, and ones that break one constraint each."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import Shape
from tests.conformance.rules import matches

FRAMES = (
    ("", "a", ""),
    ("", "1", ""),
    ("", "A", ""),
    ("/", "a", "/"),
    ("/", "a", ""),
    ("v1", "1", ""),
    ("arn:aws:iam::123456789012:user/", "a", ""),
    ("o-a1b2c3d4e5/r-f6g7/", "1", ""),
    ("p-", "a", ""),
    ("https://", "a", ""),
    ("r-", "a", ""),
    ("ou-aaaa-", "a", ""),
    ("o-", "a", ""),
    ("h-", "a", ""),
    ("car-", "a", ""),
    ("rt-", "a", ""),
    ("123456789012", "", ""),
    ("a", "a", "@a.example"),
    ("arn:aws:sns:us-east-1:123456789012:", "a", ""),
    ("dr-", "a", ""),
    ("authenticated", "", ""),
    ("d-0123456789", "", ""),
    ("00000000-0000-4000-8000-000000000000", "", ""),
    ("arn:aws:sso:::instance/ssoins-0123456789abcdef", "", ""),
    ("arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef", "", ""),
    ("arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000", "", ""),
    ("arn:aws:ec2:us-east-1:123456789012:vpc/vpc-01234567", "", ""),
    ("arn:aws:sso::123456789012:application/ssoins-0123456789abcdef/apl-0123456789abcdef", "", ""),
    ("10.0.0.1", "", ""),
    ("arn:aws:iam::aws:policy/", "a", ""),
    ("aws:identitystore:", "a", ""),
    ("PT", "1", "H"),
)
"""Texts that grow: a beginning, a character that is repeated, an end."""
LONGEST = 140_000
HOSTILE = (
    *"\0\t\n\x1b\x7f\x85",
    *"!\"#%&'(*+/\\:;<?@[^`{|~ ",
    *"\u00e9\u00df\u200b\u65e5\U0001f600",
)
"""Characters that a pattern may refuse."""
EDGE = 5
"""Characters of the text into which a hostile one is put."""


def good(shape: Shape) -> Any:
    """A short value that the model allows, with required members only."""
    if shape.type_name == "structure":
        return {name: good(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [good(shape.member) or whole(shape.member) for _ in range(max(1, least(shape)))]
    if shape.type_name == "map":
        return {good(shape.key): good(shape.value)}
    return _single(shape)


def _single(shape: Shape) -> Any:
    size = max(1, least(shape))
    match shape.type_name:
        case "boolean":
            return True
        case "integer" | "long":
            return size
        case "blob":
            return b"x" * size
        case "timestamp":
            return "2026-01-01T00:00:00Z"
    return next(iter(shape.metadata.get("enum", ())), "") or text(shape, size)


def whole(shape: Shape, within: tuple[str, ...] = ()) -> Any:
    """A value with all members."""
    if shape.name in within:
        return good(shape)
    if shape.type_name == "structure":
        return {name: whole(member, (*within, shape.name)) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [whole(shape.member, (*within, shape.name)) for _ in range(max(1, least(shape)))]
    return good(shape)


def at_bounds(shape: Shape) -> Iterator[tuple[str, Any]]:
    """The shortest and the longest value, or the lowest and the highest; what bound is met."""
    for bound in ("min", "max"):
        size = shape.metadata.get(bound)
        if size is not None and size <= LONGEST and (made := _of_size(shape, size)) is not None:
            yield bound, made


def broken(shape: Shape) -> Iterator[tuple[str, Any]]:
    """Values that are not allowed, and which constraint they break."""
    traits = shape.metadata
    for bound, step in (("max", 1), ("min", -1)):
        size = traits.get(bound, -1) + step
        if 0 <= size < LONGEST and bound in traits and (made := _of_size(shape, size)) is not None:
            yield bound, made
    if "enum" in traits:
        for value in ("Unknown", traits["enum"][0].swapcase(), traits["enum"][0] + " ", ""):
            if value not in traits["enum"]:
                yield "enum", value
    if "pattern" in traits:
        yield from (("pattern", value) for value in _against_pattern(shape))


def least(shape: Shape) -> int:
    return int(shape.metadata.get("min", 0))


@cache
def _text(pattern: str, size: int) -> str | None:
    for start, repeated, end in FRAMES:
        made = (start + repeated * max(0, size - len(start) - len(end)) + end)[:size]
        if len(made) == size and (not pattern or matches(pattern, made)):
            return made
    return None


def text(shape: Shape, size: int) -> str:
    """A text of the shape's pattern, as close to that size as there is one."""
    for longer in range(size, size + 100):
        made = _text(shape.metadata.get("pattern", ""), longer)
        if made is not None:
            return made
    raise AssertionError(f"no text of {shape.name}: {shape.metadata}")


def _of_size(shape: Shape, size: int) -> Any:
    match shape.type_name:
        case "string":
            made = _text(shape.metadata.get("pattern", ""), size)
            return made if made is not None else "a" * size
        case "integer" | "long":
            return size
        case "list":
            return [_distinct(shape.member, index) for index in range(size)]
        case "blob":
            return b"x" * size
    return None


def _distinct(shape: Shape, index: int) -> Any:
    """An item that is sent: one without members would be nothing."""
    if shape.type_name == "structure" and "Key" in shape.members:
        return good(shape) | {"Key": f"key{index}"}
    return good(shape) or whole(shape)


def odd(shape: Shape) -> Iterator[str]:
    """Texts that are allowed and seldom tried: with characters that programs stumble over."""
    if shape.type_name == "string" and "enum" not in shape.metadata:
        pattern = shape.metadata.get("pattern", "")
        yield from (made for made in _with_hostile(shape) if not pattern or matches(pattern, made))


def _with_hostile(shape: Shape) -> Iterator[str]:
    base = text(shape, max(EDGE, least(shape)))
    for character in HOSTILE:
        yield from (character + base[1:], base[:2] + character + base[3:], base[:-1] + character)


def _against_pattern(shape: Shape) -> Iterator[str]:
    pattern = shape.metadata["pattern"]
    if not matches(pattern, ""):
        yield ""
    yield from (made for made in _with_hostile(shape) if not matches(pattern, made))
