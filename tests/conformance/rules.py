"""What AWS says of an input that violates the model: a second, naive reading of the constraints.

Written from the rules of AWS's answers, not from `watchword.wire`, which is held against it:
1. every violation is named, in the order of the model, in one sentence;
2. of one value, a pattern comes before lengths and ranges, an enum last; the highest before the lowest;
3. single values in a list, keys and values of a map are spoken of together;
4. a value is repeated in the sentence, up to 1,024 characters, but never a secret;
5. what XML can't have stands there as U+FFFD, in protocols that answer XML;
6. IAM repeats no value, and has a sentence of its own for names and paths that break their pattern.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from botocore.model import Shape

from watchword.wire import pattern
from watchword.wire.sensitive import sounds_secret
from watchword.wire.services import SERVICES

SHOWN = 1024
_PATH = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
IAM_SAYS = {
    r"[\w+=,.@-]+": "It must contain only alphanumeric characters and/or the following: +=,.@_-",
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": _PATH,
    r"((/[A-Za-z0-9\.,\+@=_-]+)*)/": _PATH,
}
SINGLE = {"string", "integer", "long", "boolean", "blob", "timestamp"}
MORE = {"LookupAttributeKey": ("ErrorCode", "ErrorMessage", "Principal", "Action")}
"""Values that only Watchword has."""


class Violation(NamedTuple):
    """A constraint that a value breaks."""

    path: str
    shown: str
    requirement: str

    def __str__(self) -> str:
        return f"Value{self.shown} at '{self.path}' failed to satisfy constraint: {self.requirement}"


def sentence(service: str, shape: Shape | None, value: dict[str, Any]) -> str:
    """The whole of it; empty for an input that is as the model wants it."""
    found = list(_violations(shape, value, "", hidden=False)) if shape else []
    if not found:
        return ""
    if service == "iam":
        found = [each._replace(shown="") for each in found]
        own = [IAM_SAYS.get(each.requirement.rpartition("pattern: ")[2], "") for each in found]
        if all(own) and not any("." in each.path for each in found):
            return f"The specified value for {found[0].path} is invalid. {own[0]}"
    errors = "error" if len(found) == 1 else "errors"
    said = f"{len(found)} validation {errors} detected: {'; '.join(map(str, found))}"
    return said if SERVICES[service].protocol == "json" else _NOT_IN_XML.sub("\ufffd", said)


def is_hidden(shape: Shape, name: str, structure: str = "") -> bool:
    """Whether the value of such a member is a secret. Which names sound so is no rule of AWS."""
    if shape.metadata.get("sensitive") or "sensitive" in shape.name.lower():
        return True
    if shape.type_name in ("boolean", "timestamp") or shape.metadata.get("enum"):
        return False
    return sounds_secret(name or shape.name, structure)


def matches(java: str, value: str) -> bool:
    """Whether the whole value is of a pattern as the models write them."""
    return pattern.compiled(java).fullmatch(value) is not None


def _violations(shape: Shape, value: Any, path: str, *, hidden: bool) -> Iterator[Violation]:
    hidden = hidden or bool(shape.metadata.get("sensitive")) or "sensitive" in shape.name.lower()
    if shape.type_name == "structure":
        yield from _of_structure(shape, value, path, hidden=hidden)
        return
    shown = "" if hidden else f" '{java(value)[:SHOWN]}'"
    for requirement in _broken(shape, value):
        yield Violation(path, shown, requirement)
    if shape.type_name == "list":
        yield from _of_list(shape, value, path, hidden=hidden)
    if shape.type_name == "map":
        for who, part, all_of in (
            ("Map keys", shape.key, list(value)),
            ("Map value", shape.value, value.values()),
        ):
            yield from _together(who, part, all_of, value, path, hidden=hidden)


def _of_structure(shape: Shape, value: dict[str, Any], path: str, *, hidden: bool) -> Iterator[Violation]:
    for name, member in shape.members.items():
        here = f"{path}.{name[0].lower()}{name[1:]}".removeprefix(".")
        if name in value:
            yield from _violations(
                member, value[name], here, hidden=hidden or is_hidden(member, name, shape.name)
            )
        elif name in shape.required_members:
            yield Violation(here, " null", "Member must not be null")


def _of_list(shape: Shape, value: list[Any], path: str, *, hidden: bool) -> Iterator[Violation]:
    if shape.member.type_name in SINGLE:
        yield from _together("Member", shape.member, value, value, path, hidden=hidden)
        return
    for index, item in enumerate(value, 1):
        yield from _violations(shape.member, item, f"{path}.{index}.member", hidden=hidden)


def _together(
    who: str, shape: Shape, parts: Any, value: Any, path: str, *, hidden: bool
) -> Iterator[Violation]:
    if any(list(_broken(shape, part)) for part in parts):
        shown = "" if hidden or is_hidden(shape, "") else f" '{java(value)[:SHOWN]}'"
        every = ", ".join(text for text, _ in _requirements(shape))
        yield Violation(path, shown, f"{who} must satisfy constraint: [{every}]")


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    found = _requirements(shape)
    for text, met in sorted(found, key=lambda one: "pattern" not in one[0]):
        if not met(value):
            yield text


def _requirements(shape: Shape) -> list[tuple[str, Any]]:
    traits, found = shape.metadata, []
    size, noun = (len, "length") if shape.type_name in ("string", "blob", "list", "map") else (int, "value")
    if (most := traits.get("max")) is not None:
        found.append((f"Member must have {noun} less than or equal to {most}", lambda it: size(it) <= most))
    if (least := traits.get("min")) is not None:
        found.append(
            (f"Member must have {noun} greater than or equal to {least}", lambda it: size(it) >= least)
        )
    if (java_pattern := traits.get("pattern")) is not None and shape.type_name == "string":
        text = f"Member must satisfy regular expression pattern: {java_pattern}"
        too_long = most if most is not None else 1 << 30
        found.append((text, lambda it: len(it) > too_long or matches(java_pattern, it)))
    if (allowed := traits.get("enum")) is not None:
        ours = [*allowed, *MORE.get(shape.name, ())]
        text = f"Member must satisfy enum value set: [{', '.join(ours)}]"
        found.append((text, lambda it: it in ours))
    return found


def java(value: Any) -> str:
    """A value as Java prints it."""
    match value:
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(map(java, value))}]"
        case dict():
            return "{" + ", ".join(f"{key}={java(each)}" for key, each in value.items()) + "}"
        case bytes():
            return "java.nio.HeapByteBuffer"
    return str(value)
