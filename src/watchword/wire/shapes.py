"""Shapes of a service model, as values that resolve what they refer to when asked.

A model is JSON: `shapes` by name, and references to them that add traits of their own (`locationName`,
`timestampFormat`, `flattened`, ...). A `Shape` is such a reference with the traits of both, the
reference's winning. Shapes may contain themselves, so nothing here walks them to the end, and what is
built from them goes through `compiler`, which builds each one once.
Source: the service models' own format, as AWS publishes it with its SDKs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

Json = Mapping[str, Any]

_NOT_TRAITS = frozenset({"shape", "type", "members", "member", "key", "value", "documentation"})


@dataclass(frozen=True, eq=False)
class Shape:
    """One type of a model, seen from one place that refers to it."""

    name: str
    traits: Json
    model: Json
    """All shapes of the service, by name."""

    @classmethod
    def of(cls, reference: Json, model: Json) -> "Shape":
        """What `{"shape": name, ...}` refers to."""
        name = reference["shape"]
        merged = {**model[name], **reference}
        return cls(name, {key: merged[key] for key in merged if key not in _NOT_TRAITS}, model)

    @property
    def source(self) -> Json:
        """The shape as the model has it, without the reference."""
        found: Json = self.model[self.name]
        return found

    @cached_property
    def type(self) -> str:
        kind: str = self.source["type"]
        return kind

    @cached_property
    def identity(self) -> tuple[str, str]:
        """Equal for two references that mean the same."""
        return self.name, repr(sorted(self.traits.items(), key=lambda item: item[0]))

    @cached_property
    def members(self) -> Mapping[str, "Shape"]:
        """Members of a structure, by the name that callers of this package use."""
        return {name: Shape.of(member, self.model) for name, member in self.source["members"].items()}

    @cached_property
    def required(self) -> frozenset[str]:
        return frozenset(self.source.get("required", ()))

    @cached_property
    def element(self) -> "Shape":
        """What a list holds."""
        return Shape.of(self.source["member"], self.model)

    @cached_property
    def key(self) -> "Shape":
        """What the keys of a map are."""
        return Shape.of(self.source["key"], self.model)

    @cached_property
    def value(self) -> "Shape":
        """What a map holds."""
        return Shape.of(self.source["value"], self.model)

    def wire_name(self, default: str) -> str:
        """The name on the wire, `default` where the model gives none."""
        name: str = self.traits.get("locationName", default)
        return name

    @property
    def location(self) -> str:
        """Where a member stands: "header", "uri", ...; empty for the body."""
        place: str = self.traits.get("location", "")
        return place

    @property
    def flattened(self) -> bool:
        return bool(self.traits.get("flattened"))

    @property
    def streaming(self) -> bool:
        return bool(self.traits.get("streaming"))

    @property
    def document(self) -> bool:
        """Whether it holds any JSON value at all."""
        return bool(self.traits.get("document"))

    @property
    def event_stream(self) -> bool:
        return bool(self.traits.get("eventstream"))


Function = TypeVar("Function", bound=Callable[..., Any])


def compiler(
    build: Callable[[Shape, Callable[[Shape], Function]], Function],
) -> Callable[[Shape], Function]:
    """Turns `build(shape, compile)` into a `compile(shape)` that builds each shape once.

    While a shape is being built, a stand-in is given to shapes inside it that refer back to it.
    """
    done: dict[tuple[str, str], Function] = {}

    def compile_(shape: Shape) -> Function:
        if (known := done.get(shape.identity)) is not None:
            return known
        built: list[Function] = []

        def stand_in(*args: Any) -> Any:  # noqa: ANN401 whatever the built function takes
            return built[0](*args)

        done[shape.identity] = stand_in  # type: ignore[assignment]
        built.append(build(shape, compile_))
        done[shape.identity] = built[0]
        return built[0]

    return compile_
