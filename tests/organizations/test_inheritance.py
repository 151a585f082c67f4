"""Documents that describe a configuration: their grammar, and how they are merged from the root down."""

import json
from typing import Any

import pytest

from watchword.organizations.inheritance import ALLOWED, DEEPEST, Malformed, check, effective


def tags(**leaf: Any) -> dict[str, Any]:
    return {"tags": {"team": {"tag_value": leaf}}}


def assign(*values: str) -> dict[str, Any]:
    return tags(**{"@@assign": list(values)})


def append(*values: str) -> dict[str, Any]:
    return tags(**{"@@append": list(values)})


def remove(*values: str) -> dict[str, Any]:
    return tags(**{"@@remove": list(values)})


def allowing(*operators: str, **leaf: Any) -> dict[str, Any]:
    return tags(**leaf, **{ALLOWED: list(operators)})


def merged(*levels: list[dict[str, Any]]) -> Any:
    found = json.loads(effective([json.dumps(each) for each in level] for level in levels))
    return found.get("tags", {}).get("team", {}).get("tag_value")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([[assign("red")]], ["red"]),
        ([[assign("red")], [assign("blue")]], ["blue"]),
        ([[assign("red")], [append("blue", "red")]], ["red", "blue"]),
        ([[assign("red", "blue")], [remove("red", "green")]], ["blue"]),
        ([[append("red")]], ["red"]),
        ([[remove("red")]], []),
        ([[tags(**{"@@assign": "red"})], [append("blue")]], ["red", "blue"]),
        ([[tags(**{"@@assign": "red"})]], "red"),
        ([[assign("red")], [], [append("blue")]], ["red", "blue"]),
        ([[assign("red"), append("blue")]], ["red", "blue"]),
        ([[tags(**{"@@append": ["a"], "@@remove": ["b"]})]], ["a"]),
        ([[]], None),
    ],
)
def test_what_is_below_starts_from_what_is_above(
    levels: list[list[dict[str, Any]]], expected: object
) -> None:
    assert merged(*levels) == expected


@pytest.mark.parametrize(
    ("control", "below", "expected"),
    [
        (["@@none"], assign("blue"), ["red"]),
        (["@@none"], append("blue"), ["red"]),
        (["@@append"], append("blue"), ["red", "blue"]),
        (["@@append"], assign("blue"), ["red"]),
        (["@@remove", "@@assign"], remove("red"), []),
        (["@@all"], assign("blue"), ["blue"]),
    ],
)
def test_what_policies_below_may_do(control: list[str], below: dict[str, Any], expected: list[str]) -> None:
    assert merged([allowing(*control, **{"@@assign": ["red"]})], [below]) == expected


def test_a_control_binds_lower_levels_and_not_its_own() -> None:
    assert merged([allowing("@@none", **{"@@assign": ["red"]}), append("blue")]) == ["red", "blue"]


def test_a_control_holds_for_all_nodes_below_it_and_is_never_widened() -> None:
    control = {"tags": {ALLOWED: ["@@none"], "team": {"tag_value": {"@@assign": ["red"]}}}}
    widening = allowing("@@all", **{"@@assign": ["blue"]})
    assert merged([control], [widening], [assign("green")]) == ["red"]
    new = {"tags": {"cost": {"tag_key": {"@@assign": "Cost"}}}}
    assert json.loads(effective([[json.dumps(control)], [json.dumps(new)]])) == {
        "tags": {"team": {"tag_value": ["red"]}}
    }


@pytest.mark.parametrize(
    "document",
    [
        assign("red"),
        tags(**{"@@assign": True}),
        tags(**{"@@assign": 7}),
        allowing("@@append", **{"@@assign": ["red"]}),
        {"tags": {}},
        {"tags": {ALLOWED: ["@@none"]}},
    ],
)
def test_what_is_of_the_grammar(document: dict[str, Any]) -> None:
    check(json.dumps(document), "tags")


def deep(levels: int) -> dict[str, Any]:
    node: dict[str, Any] = {"@@assign": "x"}
    for _ in range(levels):
        node = {"a": node}
    return {"tags": node}


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "7", '{"tags": {}, "tags": {}}'),
        json.dumps({"plans": {}}),
        json.dumps({"tags": {}, "plans": {}}),
        json.dumps({"tags": {"team": "red"}}),
        json.dumps({"tags": ["red"]}),
        json.dumps(tags(**{"@@replace": "red"})),
        json.dumps(tags(**{"@@assign": {"a": 1}})),
        json.dumps(tags(**{"@@assign": None})),
        json.dumps(tags(**{"@@assign": [["red"]]})),
        json.dumps(tags(**{"@@assign": "red", "@@append": ["red"]})),
        json.dumps(tags(**{"@@assign": "red", "more": {}})),
        json.dumps(allowing("@@some")),
        json.dumps(allowing()),
        json.dumps(tags(**{ALLOWED: "@@none"})),
        json.dumps(deep(DEEPEST + 1)),
        "[" * 100_000,
    ],
)
def test_what_is_not(text: str) -> None:
    with pytest.raises(Malformed):
        check(text, "tags")


def test_a_type_whose_top_is_not_known_takes_any() -> None:
    check(json.dumps({"anything": {"a": {"@@assign": "x"}}}), "")
