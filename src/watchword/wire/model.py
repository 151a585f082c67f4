"""Operations and errors of a service's model, read when first needed and kept.

An operation's `Spec` has all that a protocol needs to build the operation's reader and writer.
Source: the format of AWS's service models (`operations`, `http`, `errors`, `metadata`).
What doesn't belong here: protocols.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from watchword.wire.services import Row
from watchword.wire.shapes import Json, Shape


class Spec(Struct, frozen=True, eq=False):
    """One operation, as its model describes it."""

    row: Row
    name: str
    method: str
    uri: str
    """Path template; after a `?`, the query keys that are part of the route."""
    status: int
    """Of a successful answer."""
    input: Shape | None
    output: Shape | None
    result_wrapper: str
    namespace: str
    deprecated: bool
    anonymous: bool
    """Whether clients call it without a signature."""


class ErrorShape(Struct, frozen=True, eq=False):
    """One error of a model. `status` is 0 where the model has none."""

    code: str
    status: int
    shape: Shape


class _Loaded(msgspec.Struct):
    """A model whose parts are decoded one by one, so that no two hold their documentation at once."""

    metadata: dict[str, Any]
    operations: dict[str, msgspec.Raw]
    shapes: dict[str, msgspec.Raw]


def _decoded(text: msgspec.Raw) -> Any:  # noqa: ANN401 any JSON
    return _undocumented(msgspec.json.decode(text))


def _undocumented(part: Any) -> Any:  # noqa: ANN401 as above
    """Without the texts for people, which take most of a model's memory. A member can have that name too."""
    if isinstance(part, list):
        return [_undocumented(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        name: _undocumented(item)
        for name, item in part.items()
        if name != "documentation" or not isinstance(item, str)
    }


class _Parts(Mapping[str, Json]):
    """Operations or shapes as JSON texts, decoded at each look: as values they take five times the memory."""

    def __init__(self, documented: Mapping[str, msgspec.Raw]) -> None:
        self._texts = {name: msgspec.json.encode(_decoded(text)) for name, text in documented.items()}

    def __getitem__(self, name: str) -> Json:
        found: Json = msgspec.json.decode(self._texts[name])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


class Model:
    """One service's model."""

    def __init__(self, row: Row, source: bytes) -> None:
        loaded = msgspec.json.decode(source, type=_Loaded)
        self.row = row
        self.metadata = loaded.metadata
        self._operations, self._shapes = _Parts(loaded.operations), _Parts(loaded.shapes)

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(self._operations)

    def spec(self, name: str) -> Spec:
        """Raises KeyError for an unknown operation."""
        source = self._operations[name]
        http, output = source.get("http", {}), source.get("output", {})
        return Spec(
            row=self.row,
            name=name,
            method=http.get("method", "POST"),
            uri=http.get("requestUri", "/"),
            status=http.get("responseCode", 200),
            input=self._shape(source.get("input")),
            output=self._shape(output),
            result_wrapper=output.get("resultWrapper", ""),
            namespace=self.namespace,
            deprecated=bool(source.get("deprecated")),
            anonymous=source.get("authtype") == "none",
        )

    def _shape(self, reference: Json | None) -> Shape | None:
        return Shape.of(reference, self._shapes) if reference else None

    @cached_property
    def specs(self) -> tuple[Spec, ...]:
        """All operations, for building routes."""
        return tuple(self.spec(name) for name in self._operations)

    @property
    def namespace(self) -> str:
        """The XML namespace of answers; empty where the model has none."""
        name: str = self.metadata.get("xmlNamespace", "")
        return name

    @cached_property
    def errors(self) -> Mapping[str, ErrorShape]:
        """The model's errors, by code and by shape name."""
        found: dict[str, ErrorShape] = {}
        for name, source in self._shapes.items():
            if source.get("exception"):
                error = self._error(name, source)
                found[name] = error
                found.setdefault(error.code, error)
        return found

    def _error(self, name: str, source: Json) -> ErrorShape:
        traits = source.get("error", {})
        default = 500 if source.get("fault") else 0
        shape = Shape.of({"shape": name}, self._shapes)
        return ErrorShape(traits.get("code", name), traits.get("httpStatusCode", default), shape)
