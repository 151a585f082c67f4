"""Checks inputs against the model's constraints, compiled per operation, and writes AWS's message.

Rules:
1. all violations are found, in the order of the model, and are in one message; but of a list or map that is
   full of them only the first MOST_FOUND, since strangers can send such, and each takes time;
2. a path has members in lower camel case, items as `tags.1.member.key`, entries as `map.key.member`;
3. single values in a list or map are reported for the list or map as a whole: `Member must satisfy
   constraint: [...]`, `Map keys must satisfy ...`, `Map value must satisfy ...`;
4. the message never has a secret (see `sensitive`) in it, nor anything inside or around one.

Source: AWS API References, "ValidationError"/"ValidationException" as the services answer them;
Smithy 2.0, "Constraint traits".
What doesn't belong here: the constraints themselves (constraints), the error's code (faults, services), S3's
own errors (s3).
"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from watchword.wire.constraints import Constraint, constraints
from watchword.wire.sensitive import is_secret, is_sensitive
from watchword.wire.shapes import Shape

MAX_SHOWN = 1_024
"""Characters of a value in a message."""

MOST_FOUND = 100

Path = tuple[Any, ...]
"""Nested pairs (path so far, next name); () at the top. Cheap to extend, and seldom made into text."""


class Violation(Struct, frozen=True):
    """One constraint that one value violates."""

    path: str
    rule: str
    """"required", "length", "range", "pattern" or "enum"."""
    requirement: str
    """As AWS words it: "Member must not be null"."""
    shown: str
    """The value as the message has it: " null", " 'x'", or "" for a secret."""
    value: object = None

    def __str__(self) -> str:
        return f"Value{self.shown} at '{self.path}' failed to satisfy constraint: {self.requirement}"


Check = Callable[[Any, Path, list[Violation]], None]


def message(violations: Sequence[Violation]) -> str:
    """AWS's message for all of them."""
    errors = "error" if len(violations) == 1 else "errors"
    return f"{len(violations)} validation {errors} detected: {'; '.join(map(str, violations))}"


def checker(shape: Shape | None) -> Callable[[Any], list[Violation]]:
    """A function from an operation's input to its violations."""
    check = _Builder().build(shape, sensitive=False) if shape is not None else None
    if check is None:
        return lambda _value: []

    def violations(value: Any) -> list[Violation]:  # noqa: ANN401 an input of the model
        found: list[Violation] = []
        check(value, (), found)
        return found

    return violations


# --- messages ----------------------------------------------------------------------------------------


def shown(value: object) -> str:
    """A value as AWS's messages have it: as Java prints it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case dict():
            return "{" + ", ".join(f"{key}={shown(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(shown, value)) + "]"
        case bytes():
            return "java.nio.HeapByteBuffer"
    return str(value)


def _repeated(value: object, *, sensitive: bool) -> str:
    return "" if sensitive else f" '{shown(value)[:MAX_SHOWN]}'"


def _rendered(path: Path) -> str:
    names: list[str] = []
    while path:
        path, name = path
        names.append(name)
    return ".".join(reversed(names))


# --- compiled checks ---------------------------------------------------------------------------------


class _Builder:
    """Builds checks per shape, each once; None for a shape without constraints."""

    def __init__(self) -> None:
        self.done: dict[tuple[Any, ...], Check | None] = {}

    def build(self, shape: Shape, *, sensitive: bool) -> Check | None:
        sensitive = sensitive or is_sensitive(shape)
        key = (*shape.identity, sensitive)
        if key not in self.done:
            built: list[Check | None] = []
            self.done[key] = _later(built)
            built.append(self._build(shape, sensitive=sensitive))
            self.done[key] = built[0]
        return self.done[key]

    def _build(self, shape: Shape, *, sensitive: bool) -> Check | None:
        own = _own_check(shape, sensitive=sensitive)
        match shape.type:
            case "structure" if not shape.document and not shape.event_stream:
                return self._structure(shape, sensitive=sensitive)
            case "list":
                return _both(own, self._list(shape, sensitive=sensitive))
            case "map":
                return _both(own, self._map(shape, sensitive=sensitive))
        return own

    def _structure(self, shape: Shape, *, sensitive: bool) -> Check | None:
        parts = [
            (name, (name[0].lower() + name[1:]), name in shape.required, check)
            for name, member in shape.members.items()
            if (check := self._member(name, member, shape.name, sensitive=sensitive))
            or name in shape.required
        ]
        return _members_check(parts) if parts else None

    def _member(self, name: str, member: Shape, structure: str, *, sensitive: bool) -> Check | None:
        return self.build(member, sensitive=sensitive or is_secret(member, name, structure))

    def _list(self, shape: Shape, *, sensitive: bool) -> Check | None:
        if (grouped := _grouped(shape.element, "Member")) is not None:
            inside = sensitive or is_secret(shape.element)
            return _whole(grouped, iter, sensitive=inside)
        check = self.build(shape.element, sensitive=sensitive)
        if check is None:
            return None

        def check_items(value: list[Any], path: Path, found: list[Violation]) -> None:
            for index, item in enumerate(value, 1):
                check(item, ((path, str(index)), "member"), found)
                if len(found) >= MOST_FOUND:
                    return

        return check_items

    def _map(self, shape: Shape, *, sensitive: bool) -> Check | None:
        hidden = sensitive or is_secret(shape.key) or is_secret(shape.value)
        keys, entries = _grouped(shape.key, "Map keys"), _grouped(shape.value, "Map value")
        check_keys = _whole(keys, iter, sensitive=hidden) if keys else None
        if entries is not None:
            return _both(check_keys, _whole(entries, dict.values, sensitive=hidden))
        check = self.build(shape.value, sensitive=sensitive)
        if check is None:
            return check_keys

        def check_values(value: dict[str, Any], path: Path, found: list[Violation]) -> None:
            for key, item in value.items():
                check(item, ((path, key), "member"), found)
                if len(found) >= MOST_FOUND:
                    return

        return _both(check_keys, check_values)


def _members_check(parts: Sequence[tuple[str, str, bool, Check | None]]) -> Check:
    """parts: name, shown name, whether it is required, check."""
    needed = [name for name, _, required, _ in parts if required]
    checks = {name: (shown_name, check) for name, shown_name, _, check in parts if check is not None}

    def check_members(value: dict[str, Any], path: Path, found: list[Violation]) -> None:
        """Of often many members, few are there. All are gone through only where their order counts (1.)."""
        wrong: list[Violation] = []
        for name, item in value.items():
            if item is not None and (part := checks.get(name)) is not None:
                part[1](item, (path, part[0]), wrong)
        if len(wrong) > 1 or None in map(value.get, needed):
            check_in_order(value, path, found)
        else:
            found += wrong

    def check_in_order(value: dict[str, Any], path: Path, found: list[Violation]) -> None:
        for name, shown_name, required, check in parts:
            item = value.get(name)
            if item is None:
                if required:
                    here = _rendered((path, shown_name))
                    found.append(Violation(here, "required", "Member must not be null", " null"))
            elif check is not None:
                check(item, (path, shown_name), found)

    return check_members


def _later(built: list[Check | None]) -> Check:
    """A stand-in for the check of a shape that contains itself."""

    def check(value: Any, path: Path, found: list[Violation]) -> None:  # noqa: ANN401 as a Check
        real = built[0]
        assert real is not None, "a shape with a check inside has a check"
        real(value, path, found)

    return check


def _both(first: Check | None, second: Check | None) -> Check | None:
    if first is None or second is None:
        return first or second

    def check(value: Any, path: Path, found: list[Violation]) -> None:  # noqa: ANN401 as a Check
        first(value, path, found)
        second(value, path, found)

    return check


def _own_check(shape: Shape, *, sensitive: bool) -> Check | None:
    own = constraints(shape)
    # AWS reports a pattern before a length when single values violate both.
    own.sort(key=lambda constraint: constraint.rule != "pattern")
    if not own:
        return None
    tests = [(constraint.met, constraint) for constraint in own]

    def check(value: Any, path: Path, found: list[Violation]) -> None:  # noqa: ANN401 as a Check
        for met, constraint in tests:
            if not met(value):
                repeated = _repeated(value, sensitive=sensitive)
                found.append(
                    Violation(_rendered(path), constraint.rule, constraint.requirement, repeated, value)
                )

    return check


_Grouped = tuple[list[Constraint], str]


def _grouped(shape: Shape, who: str) -> _Grouped | None:
    """The constraints of single values that are reported for their list or map as a whole (3.)."""
    if shape.type in {"structure", "list", "map"} or not (own := constraints(shape)):
        return None
    listed = ", ".join(constraint.requirement for constraint in own)
    return own, f"{who} must satisfy constraint: [{listed}]"


def _whole(grouped: _Grouped, parts: Callable[[Any], Any], *, sensitive: bool) -> Check:
    own, requirement = grouped

    def check(value: Any, path: Path, found: list[Violation]) -> None:  # noqa: ANN401 as a Check
        broken = (c.rule for part in parts(value) for c in own if not c.met(part))
        if (rule := next(broken, None)) is not None:
            repeated = _repeated(value, sensitive=sensitive)
            found.append(Violation(_rendered(path), rule, requirement, repeated, value))

    return check
