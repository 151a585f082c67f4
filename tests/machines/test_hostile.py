"""Definitions and data that are made to take long: what they cost is bounded, and they fail by name."""

import json
from typing import Any

import pytest
from tests.machines.test_vectors import ABOUT, scope, zeros

from watchword.expressions.evaluator import evaluate
from watchword.machines import check_rules, data, paths, templates
from watchword.machines.build import build
from watchword.machines.checks import check
from watchword.machines.choices import Comparison
from watchword.machines.data import MOST_BYTES, decode, encode, too_deep
from watchword.machines.errors import DATA_LIMIT_EXCEEDED, QUERY_EVALUATION_ERROR, RUNTIME, Failure
from watchword.machines.interpreter import LARGEST_CHECKPOINT, Interpreter
from watchword.machines.jsonata import Evaluated, Found
from watchword.machines.retrying import Retrier

DEEP: Any = []
for _ in range(150):
    DEEP = [DEEP, 1]
NESTED: Any = 0
for _ in range(20):
    NESTED = [NESTED]
WIDE = {"a": [[0] * 100 for _ in range(300)], "b": list(range(20_000)), "c": list(range(20_000))}


@pytest.mark.parametrize(
    "query",
    [
        "$..*..*..*..*",
        "$..[?(@..*)]",
        "$.a[?($.b == $.c)]",
        "$" + "[0,0]" * 18,
        "$.b[?(@ == 1 || $.b == $.c)]",
        "$..[?length(@) > 1]..[?length(@) > 1]..*",
    ],
)
def test_a_query_has_a_budget(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MOST_LOOKS", 5000)
    for value in (WIDE, NESTED):
        try:
            found = paths.parse(query).read(scope(value))
        except Failure as failure:
            assert failure.error in {RUNTIME, DATA_LIMIT_EXCEEDED}
        except paths.NotThere:
            pass
        else:
            assert len(json.dumps(found)) < 1 << 20


def test_all_queries_of_a_state_have_one() -> None:
    query = "$.b[?(@ == -1)]"
    assert paths.parse(query).read(scope(WIDE)) == []
    template = {f"{number}.$": query for number in range(10)}
    tests = [{"Variable": query, "IsNull": True}] * 10
    states = {
        "A": {"Type": "Choice", "Choices": [{"Or": tests, "Next": "B"}], "Default": "B"},
        "B": {"Type": "Succeed"},
    }
    for fails in (
        lambda: templates.fill(template, scope(WIDE), RUNTIME),
        lambda: (
            build(json.dumps({"StartAt": "A", "States": states})).states["A"].rules[0].test.holds(scope(WIDE))
        ),
    ):
        with pytest.raises(Failure, match="look at more values"):
            fails()


def test_a_path_into_deep_data_takes_no_recursion() -> None:
    assert paths.parse("$" + "[0]" * 100).read(scope(DEEP))
    with pytest.raises(paths.BadPath):
        paths.parse("$" + ".a" * 1000)


def test_a_template_can_not_multiply_its_data() -> None:
    text = "x" * (MOST_BYTES - 2)
    template = {f"{number}.$": "$" for number in range(1000)}
    with pytest.raises(Failure) as caught:
        templates.fill(template, scope(text), RUNTIME)
    assert caught.value.error == DATA_LIMIT_EXCEEDED


def test_calls_within_calls_can_not_either() -> None:
    call = "$"
    for _ in range(9):
        call = f"States.Array({call}, {call})"
    with pytest.raises(Failure) as caught:
        templates.evaluate(call, scope("x" * 100_000), RUNTIME)
    assert caught.value.error == DATA_LIMIT_EXCEEDED


def test_a_pattern_of_stars_is_linear() -> None:
    test = Comparison(paths.parse("$"), "StringMatches", "*a" * 5000 + "b")
    assert not test.holds(scope("a" * 100_000))


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 250 + "]" * 250, '{"a":' * 300 + "1" + "}" * 300])
def test_what_is_nested_too_deeply_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        decode(text)
    assert check(text)[1].errors


def test_brackets_in_strings_are_no_nesting() -> None:
    text = "[" * 1000
    assert not too_deep(json.dumps(text), text)


def test_data_that_grow_too_deep_fail_while_they_can_still_be_read() -> None:
    """Else whoever goes on from the checkpoint couldn't."""
    wrap = {"Type": "Pass", "Parameters": {"a.$": "$"}}
    states: dict[str, Any] = {f"P{number}": {**wrap, "Next": f"P{number + 1}"} for number in range(300)}
    text = json.dumps({"StartAt": "P0", "States": {**states, "P300": {"Type": "Succeed"}}})
    interpreter = Interpreter.begin(build(text), ABOUT, zeros)
    interpreter.advance(1000)
    assert interpreter.live.checkpoint.error == RUNTIME
    assert len(interpreter.take()[0]) == 2 * 200 + 1
    assert decode(encode(DEEP))


def test_what_is_too_large_fails() -> None:
    assert len(encode("x" * (MOST_BYTES - 2))) == MOST_BYTES
    with pytest.raises(Failure) as caught:
        encode("x" * (MOST_BYTES - 1))
    assert caught.value.error == DATA_LIMIT_EXCEEDED


def test_no_delay_is_too_long_to_be_computed() -> None:
    assert Retrier(("x",), backoff=1e9, longest=60).delay(10_000, zeros) == 60
    assert Retrier(("x",), backoff=99_999_999, longest=60).delay(100_000_000, zeros) == 60


def test_machines_within_machines_are_limited() -> None:
    machine: dict[str, Any] = {"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}
    for number in range(30):
        branch = {"Type": "Parallel", "Branches": [machine], "End": True}
        machine = {"StartAt": f"P{number}", "States": {f"P{number}": branch}}
    assert any(each.code == "TOO_DEEPLY_NESTED" for each in check(json.dumps(machine))[1].errors)


def test_findings_are_limited() -> None:
    states = {f"S{number}": {"Type": "Pass"} for number in range(1000)}
    found = check(json.dumps({"StartAt": "S0", "States": states}))[1]
    assert (len(found.found), found.truncated) == (100, True)


def test_many_items_with_large_data_end_in_a_limit() -> None:
    """Forty items at once, each with the whole input: 8 MiB are reached before memory is full."""
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
    state = {
        "Type": "Map",
        "ItemsPath": "$.l",
        "ItemSelector": {"all.$": "$.d"},
        "ItemProcessor": {"StartAt": "T", "States": {"T": task}},
        "End": True,
    }
    text = json.dumps({"StartAt": "M", "States": {"M": state}})
    given = json.dumps({"l": list(range(100)), "d": "x" * 200_000})
    about = type(ABOUT)(**{name: getattr(ABOUT, name) for name in ABOUT.__struct_fields__} | {"input": given})
    interpreter = Interpreter.begin(build(text), about, zeros)
    interpreter.advance(1000)
    interpreter.written()
    assert interpreter.live.checkpoint.error == DATA_LIMIT_EXCEEDED


def test_nothing_more_is_looked_for_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding out what was probably meant takes long."""
    guessed = []
    monkeypatch.setattr(check_rules, "suggested", lambda name, _: guessed.append(name) or "")
    retrier = {"ErrorEquals": [f"States.Timeot{number}" for number in range(10_000)]}
    state = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Retry": [retrier], "End": True}
    assert check(json.dumps({"StartAt": "A", "States": {"A": state}}))[1].truncated
    assert len(guessed) == 101


@pytest.mark.parametrize(("items", "error"), [(2, None), (3, QUERY_EVALUATION_ERROR)])
def test_all_expressions_of_a_part_of_a_state_share_their_time(items: int, error: str | None) -> None:
    """Each item has an expression; the next part of a state has time of its own."""
    map_ = {
        "Type": "Map",
        "Items": list(range(items)),
        "ItemSelector": "{% $states.input %}",
        "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}},
        "Output": "{% 1 %}",
        "End": True,
    }
    text = json.dumps({"QueryLanguage": "JSONata", "StartAt": "M", "States": {"M": map_}})
    slow = lambda asked: Evaluated([Found("1")] * len(asked.texts), 0.5)  # noqa: E731 as short as what it does
    interpreter = Interpreter.begin(build(text), ABOUT, zeros, slow)
    interpreter.advance(1000)
    assert interpreter.live.checkpoint.error == error


def test_variables_have_room_of_their_own() -> None:
    """Nine million bytes: less than all variables may have, and more than the rest of a checkpoint."""
    keep = {"Type": "Pass", "Assign": {"x": "{% $pad('', 250000, 'x') %}"}, "Output": 1, "Next": "W"}
    states = {"P": keep, "W": {"Type": "Wait", "Seconds": 9, "End": True}}
    map_ = {
        "Type": "Map",
        "Items": list(range(36)),
        "ItemProcessor": {"StartAt": "P", "States": states},
        "End": True,
    }
    text = json.dumps({"QueryLanguage": "JSONata", "StartAt": "M", "States": {"M": map_}})
    interpreter = Interpreter.begin(build(text), ABOUT, zeros, evaluate)
    interpreter.advance(1000)
    assert len(interpreter.written()) > LARGEST_CHECKPOINT
    assert interpreter.running
