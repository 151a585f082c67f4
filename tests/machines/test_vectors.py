"""The States Language by vectors, written from its specification and AWS's pages."""

import json
from pathlib import Path
from typing import Any

import pytest

from watchword.expressions.evaluator import compiled, evaluate
from watchword.machines import choices, templates
from watchword.machines.about import About
from watchword.machines.build import build
from watchword.machines.checks import check
from watchword.machines.errors import PARAMETER_PATH_FAILURE, Failure
from watchword.machines.interpreter import Interpreter
from watchword.machines.jsonata import Asked
from watchword.machines.scope import Scope, Variables

VECTORS = Path(__file__).parents[1] / "vectors" / "states-language"
ABOUT = About("arn", "first", "role", 0, "machine", "nightly", "us-east-1")
MANY = 10_000


def vectors(*names: str) -> list[Any]:
    found = [each for name in names for each in json.loads((VECTORS / f"{name}.json").read_text())]
    return [pytest.param(each, id=each["name"]) for each in found]


def zeros(count: int) -> bytes:
    return bytes(count)


def scope(data: Any, variables: Any = None) -> Scope:
    texts = Variables({name: json.dumps(value) for name, value in (variables or {}).items()})
    return Scope(data, lambda: {"Execution": {"Name": "first"}}, texts, zeros, not_evaluated)


def not_evaluated(*_: Any, **__: Any) -> Any:
    pytest.fail("there is no JSONata here")


@pytest.mark.parametrize("vector", vectors("expressions"))
def test_expressions(vector: Any) -> None:
    expression = vector["expression"]
    assert templates.is_expression(expression) is not vector.get("unreadable", False)
    if vector.get("unreadable"):
        return
    here = scope(vector["data"], vector.get("variables"))
    if "fails" in vector:
        with pytest.raises(Failure) as caught:
            templates.evaluate(expression, here, PARAMETER_PATH_FAILURE)
        assert caught.value.error == vector["fails"]
        return
    found = templates.evaluate(expression, here, PARAMETER_PATH_FAILURE)
    if "gives_length" in vector:
        assert len(found) == vector["gives_length"]
    else:
        assert (found, type(found)) == (vector["gives"], type(vector["gives"]))


@pytest.mark.parametrize("vector", vectors("choices"))
def test_choices(vector: Any) -> None:
    states = {"A": {"Type": "Choice", "Choices": [{**vector["rule"], "Next": "B"}]}, "B": {"Type": "Succeed"}}
    assert check(json.dumps({"StartAt": "A", "States": states}))[1].found == []
    test = choices.build(vector["rule"])
    assert [value for value in vector["holds"] if not test.holds(scope({"v": value}))] == []
    assert [value for value in vector["fails"] if test.holds(scope({"v": value}))] == []


@pytest.mark.parametrize("vector", vectors("jsonata"))
def test_jsonata(vector: Any) -> None:
    bindings = {**vector.get("variables", {}), "states": vector.get("states", {})}
    texts = {name: json.dumps(value) for name, value in bindings.items()}
    (found,) = evaluate(Asked([vector["expression"]], texts, 1000, b"seed", 1.0)).found
    if "problem" in vector:
        assert vector["problem"] in found.problem
    else:
        assert (json.loads(found.text), found.problem) == (vector["gives"], "")


@pytest.mark.parametrize("vector", vectors("diagnostics", "jsonata_diagnostics"))
def test_diagnostics(vector: Any) -> None:
    text = vector.get("text") or json.dumps(vector["definition"])
    found = check(text, compiled)[1].found
    assert [[each.severity, each.code, each.location] for each in found] == vector["finds"]
    if "says" in vector:
        assert vector["says"] in found[0].message


@pytest.mark.parametrize("vector", vectors("executions"))
def test_executions(vector: Any) -> None:
    execution(vector, "JSONPath")


@pytest.mark.parametrize("vector", vectors("jsonata_executions"))
def test_executions_in_jsonata(vector: Any) -> None:
    execution(vector, vector.get("language", "JSONata"))


def execution(vector: Any, language: str) -> None:
    definition = {"QueryLanguage": language, "StartAt": "A", "States": vector["states"]}
    if "timeout" in vector:
        definition["TimeoutSeconds"] = vector["timeout"]
    text = json.dumps(definition)
    assert check(text, compiled)[1].errors == []
    about = About(
        **{name: getattr(ABOUT, name) for name in About.__struct_fields__}
        | {"input": json.dumps(vector["input"])}
    )
    interpreter = Interpreter.begin(build(text), about, zeros, evaluate)
    now = run(interpreter, list(vector.get("tasks", ())))
    ended = interpreter.live.checkpoint
    expected = vector.get("status") or ("FAILED" if "error" in vector else "SUCCEEDED")
    assert ended.status == expected, (ended.error, ended.cause)
    if "output" in vector:
        assert json.loads(ended.output or "") == vector["output"]
    assert ended.error == vector.get("error")
    if "cause" in vector:
        assert ended.cause == vector["cause"]
    if "seconds" in vector:
        assert now == vector["seconds"] * 1000
    assert [event.number for event in interpreter.take()[0]] == list(range(1, ended.events + 1))


def run(interpreter: Interpreter, tasks: list[Any]) -> int:
    """Answers each task with the next of these. The time at the end, in milliseconds."""
    now = 0
    while interpreter.running:
        interpreter.at(now)
        interpreter.advance(MANY)
        calls, interpreter.live.calls = interpreter.live.calls, []
        for call in calls:
            task = tasks.pop(0)
            assert json.loads(call.arguments) == task.get("expects", json.loads(call.arguments))
            if "error" in task:
                interpreter.refuse(call.run, call.attempt, Failure(task["error"], task.get("cause", "")))
            elif "output" in task:
                interpreter.answer(call.run, call.attempt, json.dumps(task["output"]))
            if "by_token" in task:
                interpreter.answer(call.run, call.attempt, json.dumps(task["by_token"]), by_token=True)
        if not calls and interpreter.running and interpreter.idle:
            runs = interpreter.live.checkpoint.runs.values()
            times = [time for each in runs for time in (each.until, each.beat) if time is not None]
            if interpreter.live.checkpoint.deadline is not None:
                times.append(interpreter.live.checkpoint.deadline)
            now = min(times)
    assert tasks == []
    return now
