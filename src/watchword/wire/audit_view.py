"""What an audit record shows of an operation's input or output, compiled from the model.

Rules:
1. members have CloudTrail's names: the model's, with a lower-case first letter. Keys of maps are data and
   stay as they are;
2. a secret (see `sensitive`) is replaced by MASK. A secret structure is shown strictly: only members that are
   known to be harmless next to credentials are shown, all others are masked. So is the whole output of an
   operation that mints credentials;
3. bytes, streams, members that are None and members that the model doesn't have are left out;
4. times are ISO 8601 text; long documents are shown whole and other long text is cut (see `audit_text`).

Source: AWS CloudTrail User Guide, "CloudTrail record contents", requestParameters and responseElements.
What doesn't belong here: which names are secret (sensitive), how long text is shown (audit_text), and the
rest of a record.
"""

from collections.abc import Callable, Mapping
from typing import Any

from watchword.names.moment import iso
from watchword.wire import sensitive
from watchword.wire.audit_text import whole_or_cut
from watchword.wire.shapes import Shape

MASK = "HIDDEN_DUE_TO_SECURITY_REASONS"

View = Callable[[Any], Any]
"""A value of a shape -> what is shown of it, as JSON."""


def compile_view(
    shape: Shape | None, *, mints: bool = False
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A function from the members of an input or output to what is shown of them.

    mints: whether the operation's answers carry credentials (2.).
    """
    view = _Compiler().view(shape, strict=mints) if shape else None
    return view or (lambda _members: {})


class _Compiler:
    """Views of shapes, each built once; None for what is left out (3.)."""

    def __init__(self) -> None:
        self._done: dict[tuple[Any, ...], View | None] = {}

    def view(self, shape: Shape, *, strict: bool) -> View | None:
        """strict: whether the place where the shape stands is secret."""
        strict = strict or sensitive.is_sensitive(shape)
        key = (*shape.identity, strict)
        if key not in self._done:
            built: list[View | None] = []
            self._done[key] = _later(built)  # for shapes that contain themselves
            built.append(self._build(shape, strict=strict))
            self._done[key] = built[0]
        return self._done[key]

    def _build(self, shape: Shape, *, strict: bool) -> View | None:
        if shape.streaming or shape.event_stream:
            return None
        if shape.document or shape.traits.get("jsonvalue"):
            return _masked  # the model doesn't say what is in it
        match shape.type:
            case "structure":
                return self._structure(shape, strict=strict)
            case "list":
                return self._list(shape, strict=strict)
            case "map":
                return self._map(shape, strict=strict)
        return _single(shape, strict=strict)

    def _structure(self, shape: Shape, *, strict: bool) -> View:
        shown: dict[str, tuple[str, View]] = {}
        for name, member in shape.members.items():
            secret = sensitive.is_secret(member, name, shape.name)
            unknown = strict and not sensitive.is_known(name, shape.name)
            if (view := self.view(member, strict=secret or unknown)) is not None:
                shown[name] = name[:1].lower() + name[1:], view  # 1.

        def show(members: Mapping[str, Any]) -> dict[str, Any]:
            found = {}
            for name, value in members.items():
                if value is not None and (known := shown.get(name)) is not None:
                    found[known[0]] = known[1](value)
            return found

        return show

    def _list(self, shape: Shape, *, strict: bool) -> View | None:
        view = self._nameless(shape.element, strict=strict)
        if view is None or view is _masked:  # one mask for all items
            return view
        return lambda items: [view(item) for item in items]

    def _map(self, shape: Shape, *, strict: bool) -> View | None:
        if self._nameless(shape.key, strict=strict) is _masked:
            return _masked
        view = self._nameless(shape.value, strict=strict)
        return view and (lambda entries: {whole_or_cut(key): view(value) for key, value in entries.items()})

    def _nameless(self, shape: Shape, *, strict: bool) -> View | None:
        """The view of an item, key or value."""
        return self.view(shape, strict=strict or sensitive.is_secret(shape))


def _later(built: list[View | None]) -> View:
    """Stands in for the view of a shape while that is being built."""

    def show(value: Any) -> Any:  # noqa: ANN401 as a View
        view = built[0]
        assert view is not None, "a shape that contains itself is a structure, list or map"
        return view(value)

    return show


def _single(shape: Shape, *, strict: bool) -> View | None:
    if sensitive.is_sensitive(shape) or (strict and sensitive.can_hold_secret(shape)):
        return _masked
    return _SINGLE.get(shape.type, _same)


def _masked(_value: object) -> str:
    return MASK


def _same(value: object) -> object:
    return value


_SINGLE: Mapping[str, View | None] = {
    "string": whole_or_cut,
    "character": whole_or_cut,
    "timestamp": iso,
    "blob": None,
}
