"""Shapes of a service model, as values that resolve their references when asked.

A model is JSON: `shapes` by name, and references to shapes, which may add traits (`locationName`,
`timestampFormat`, `flattened`, ...). A `Shape` is one reference with the traits of both; a trait of the
reference wins. Shapes may contain themselves, so nothing here follows them to the end. `compiler` builds
functions from shapes and builds each one once.
Source: the format of service models, as AWS publishes them with its SDKs.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from msgspec import Struct

Json = Mapping[str, Any]

_NOT_TRAITS = frozenset({"shape", "type", "members", "member", "key", "value", "documentation"})


class Shape(Struct, frozen=True, eq=False, dict=True):
    """One type of a model, as one reference to it sees it."""

    name: str
    traits: Json
    model: Json
    """All shapes of the service, by name."""

    @classmethod
    def of(cls, reference: Json, model: Json) -> "Shape":
        """The shape that `{"shape": name, ...}` refers to."""
        name = reference["shape"]
        merged = {**model[name], **reference}
        return cls(name, {key: merged[key] for key in merged if key not in _NOT_TRAITS}, model)

    @property
    def source(self) -> Json:
        """The shape in the model, without the reference's traits."""
        found: Json = self.model[self.name]
        return found

    @cached_property
    def type(self) -> str:
        kind: str = self.source["type"]
        return kind

    @cached_property
    def identity(self) -> tuple[str, str]:
        """Equal for two references to one shape with the same traits."""
        return self.name, repr(sorted(self.traits.items(), key=lambda item: item[0]))

    @cached_property
    def members(self) -> Mapping[str, "Shape"]:
        """The members of a structure, by the names that inputs and outputs have."""
        return {name: Shape.of(member, self.model) for name, member in self.source["members"].items()}

    @cached_property
    def required(self) -> frozenset[str]:
        return frozenset(self.source.get("required", ()))

    @cached_property
    def element(self) -> "Shape":
        """The shape of a list's items."""
        return Shape.of(self.source["member"], self.model)

    @cached_property
    def key(self) -> "Shape":
        """The shape of a map's keys."""
        return Shape.of(self.source["key"], self.model)

    @cached_property
    def value(self) -> "Shape":
        """The shape of a map's values."""
        return Shape.of(self.source["value"], self.model)

    def wire_name(self, default: str) -> str:
        """The name in requests and answers; `default` where the model has none."""
        name: str = self.traits.get("locationName", default)
        return name

    @property
    def location(self) -> str:
        """Where a member is: "header", "headers", "uri", "querystring", "statusCode"; empty for the body."""
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
        """Whether any JSON value fits."""
        return bool(self.traits.get("document"))

    @property
    def event_stream(self) -> bool:
        return bool(self.traits.get("eventstream"))


Function = TypeVar("Function", bound=Callable[..., Any])


def compiler(
    build: Callable[[Shape, Callable[[Shape], Function]], Function],
) -> Callable[[Shape], Function]:
    """Turns `build(shape, compile)` into a `compile(shape)` that builds a function for each shape once.

    A shape that contains itself gets a stand-in for its own function while that is being built.
    """
    done: dict[tuple[str, str], Function] = {}

    def compile_(shape: Shape) -> Function:
        if (known := done.get(shape.identity)) is not None:
            return known
        built: list[Function] = []

        def stand_in(*args: Any) -> Any:  # noqa: ANN401 the arguments of the built function
            return built[0](*args)

        done[shape.identity] = stand_in  # type: ignore[assignment]
        built.append(build(shape, compile_))
        done[shape.identity] = built[0]
        return built[0]

    return compile_
