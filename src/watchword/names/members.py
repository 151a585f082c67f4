"""Reading JSON and YAML into shapes (msgspec structs): a member that its shape doesn't have is refused.

So is a member that is given twice in a JSON text. A misspelt member would otherwise be a missing one: a
request with the policies `boundry` would be decided without a boundary. The error says where the member
stands, and which one was probably meant.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape")
Place = tuple[str | int, ...]
"""Keys and indexes from the root of a value."""

_STEP = re.compile(r"\.(\w+)|\[(\d+)]")


class Unfit(ValueError):  # noqa: N818 its message is the line that a person reads
    """A value that isn't of its shape; the message is one line."""

    def __init__(self, why: str, place: Place = ()) -> None:
        super().__init__(why)
        self.place = place


def decoded(text: bytes | str) -> Any:  # noqa: ANN401 any JSON value
    """A JSON text. Raises ValueError, also for a member that is given twice, and RecursionError."""
    value = msgspec.json.decode(text)  # stricter about characters than the other reader
    _DECODER.decode(text if isinstance(text, str) else text.decode())
    return value


def fit(value: Any, shape: type[Shape], *, strict: bool = True) -> Shape:  # noqa: ANN401 any JSON value
    """The value in its shape. Raises Unfit."""
    try:
        return msgspec.convert(value, shape, strict=strict)
    except msgspec.ValidationError as error:
        refuse_unknown(value, shape)
        raise Unfit(str(error), _place(str(error))) from None


def refuse_unknown(value: Any, shape: Any, within: Place = ()) -> None:  # noqa: ANN401 any JSON value, any type
    """Raises Unfit for the first member that the shape doesn't have. Nothing else is checked."""
    for place, name, known in _unknown(value, msgspec.inspect.type_info(shape), within):
        where = f"{dotted(place)} has" if place else "there is"
        raise Unfit(f"{where} no member {name!r}{suggested(str(name), known)}", (*place, name))


def suggested(given: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: which one was probably meant."""
    lower = {each.lower(): each for each in known}
    meant = get_close_matches(given.lower(), lower, n=1)
    return f"; did you mean {lower[meant[0]]!r}?" if meant else ""


def dotted(place: Place) -> str:
    """A place as people write it, such as `tests[0].given`."""
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in place).removeprefix(".")


def _unknown(value: Any, kind: Any, place: Place) -> Iterator[tuple[Place, str, Mapping[str, Any]]]:  # noqa: ANN401 as above
    """Where a member stands that the type doesn't have, its name, and the members that the type has."""
    match kind, value:
        case msgspec.inspect.StructType(), dict():
            known = {field.encode_name: field.type for field in kind.fields}
            for name, each in value.items():
                if name not in known:
                    yield place, name, known
                else:
                    yield from _unknown(each, known[name], (*place, name))
        case msgspec.inspect.DictType(), dict():
            for name, each in value.items():
                yield from _unknown(each, kind.value_type, (*place, name))
        case msgspec.inspect.ListType(), list():
            for index, each in enumerate(value):
                yield from _unknown(each, kind.item_type, (*place, index))
        case msgspec.inspect.UnionType(), _:
            for one in kind.types:
                yield from _unknown(value, one, place)


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        (twice, _), *_ = Counter(name for name, _ in members).most_common(1)
        raise ValueError(f"member {twice!r} is given twice")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_once)


def _place(said: str) -> Place:
    """The place at the end of msgspec's message, as far as it says it."""
    path = said.rpartition(" - at `$")[2].rstrip("`") if " - at `$" in said else ""
    return tuple(int(index) if index else name for name, index in _STEP.findall(path.partition("[...]")[0]))
