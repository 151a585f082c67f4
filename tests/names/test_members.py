"""A value has the members that its shape has, and no others."""

from typing import Any

import msgspec
import pytest

from watchword.names.members import Unfit, decoded, dotted, fit


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    size: int


class Outer(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    at_once: dict[str, list[Inner]] = {}
    either: Inner | str = ""


@pytest.mark.parametrize(
    ("value", "place", "said"),
    [
        ({"atonce": {}}, "atonce", "there is no member 'atonce'; did you mean 'atOnce'?"),
        ({"zzz": {}}, "zzz", "there is no member 'zzz'"),
        (
            {"atOnce": {"a": [{"size": 1}, {"sise": 1}]}},
            "atOnce.a[1].sise",
            "atOnce.a[1] has no member 'sise'; did you mean 'size'?",
        ),
        ({"either": {"seize": 1}}, "either.seize", "either has no member 'seize'; did you mean 'size'?"),
        ({"either": 1}, "either", "Expected `str | object`, got `int` - at `$.either`"),
        (1, "", "Expected `object`, got `int`"),
    ],
)
def test_what_does_not_fit(value: Any, place: str, said: str) -> None:
    with pytest.raises(Unfit) as caught:
        fit(value, Outer)
    assert (str(caught.value), dotted(caught.value.place)) == (said, place)


def test_what_fits() -> None:
    assert fit({"atOnce": {"a": [{"size": 1}]}}, Outer).at_once["a"] == [Inner(1)]


def test_what_stands_twice_is_found_in_one_pass() -> None:
    """Comparing each name with each other one takes minutes here."""
    names = ",".join(f'"{number}":1' for number in range(200_000))
    with pytest.raises(ValueError, match="member 'last' is given twice"):
        decoded(f'{{{names},"last":1,"last":1}}')


@pytest.mark.parametrize(
    "text", [b'{"a": {"b": 1, "b": 2}}', b'{"a": 1, "\\u0061": 1}', b'{"a": NaN}', b'"\\ud800"', b"\xff"]
)
def test_what_is_no_json_or_stands_twice(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|twice|byte|surrogate|truncated"):
        decoded(text)
