"""How data flows through a state that is written in JSONata.

    input -> Arguments -> (the state's work) -> Output
                                             -> Assign

All fields see the state's input, the variables as they were when the state was entered, and the context
object. Output and Assign see the result too, those of a catcher the error. Without Arguments the state works
with its input; without Output, its result is its output.
Source: Amazon States Language, "Input and Output Processing with JSONata", "JSONata Runtime Errors"; Step
Functions Developer Guide, "Handling expression errors".
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from watchword.machines import jsonata
from watchword.machines.data import Json, decode
from watchword.machines.diagnostics import Place, location
from watchword.machines.errors import EvaluationFailure, Failure
from watchword.machines.jsonata import STATES, Found
from watchword.machines.scope import Scope

NOTHING: Mapping[str, Json] = {}
MOST_SHOWN = 1000
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)
"""What JSONata calls the types of values."""


class QueryFlow(Struct, frozen=True):
    """The fields that are there, by their names: Arguments, Output, Assign."""

    fields: Mapping[str, Json]
    has_result: bool = False
    """Whether the state has a result other than its input."""
    where: Place = ()
    """Where these fields stand in the state."""

    def enter(self, scope: Scope) -> Json:
        """What the state works with."""
        return scope.data

    def arguments(self, entered: Json, scope: Scope) -> Json:
        """What a task is called with, or what the branches begin with."""
        if "Arguments" in self.fields:
            entered = self.value(self.fields["Arguments"], scope, "Arguments")
        return scope.noted("afterArguments", entered)

    def leave(self, result: Json, scope: Scope) -> tuple[Json, Mapping[str, Json]]:
        """The state's output and the variables that it sets."""
        more = {"result": scope.noted("result", result)} if self.has_result else NOTHING
        return _left(self, result, scope, more)

    def recover(self, error: Json, catcher: Any, scope: Scope) -> tuple[Json, Mapping[str, Json]]:  # noqa: ANN401 a Catcher
        """The same after an error that was caught."""
        return _left(QueryFlow(catcher.fields, where=catcher.where), error, scope, {"errorOutput": error})

    def item(self, selector: Json, scope: Scope) -> Json:
        """What ItemSelector makes of an item; the scope is that of the item."""
        return self.value(selector, scope, "ItemSelector")

    def value(self, given: Json, scope: Scope, name: str) -> Json:
        """A field that may be an expression, or have some in it."""
        return _evaluated({name: given}, self.where, scope, NOTHING)[name]

    def unfit(self, name: str, given: Json, value: Json, expected: str) -> EvaluationFailure:
        """That a field's value isn't what is expected there."""
        if not jsonata.is_expression(given):
            place = location((*self.where, name))[1:]
            return EvaluationFailure(f"The value of the field '{place}' must be: {expected}.", place)
        kind = next((said for types, said in _KINDS if isinstance(value, types)), "null")
        shown = msgspec.json.encode(value).decode()[:MOST_SHOWN]
        said = (
            f"returned an unexpected result type. Expected '{expected}', but was '{kind}' for value: {shown}"
        )
        return _failure((*self.where, name), jsonata.text_of(given), said)


def first_true(conditions: Sequence[Json], scope: Scope) -> int | None:
    """The first of the conditions of a Choice that is true. Raises EvaluationFailure for one before it."""
    listed = [
        (("Choices", index, "Condition"), jsonata.text_of(each))
        for index, each in enumerate(conditions)
        if isinstance(each, str)
    ]
    found = iter(_found(listed, scope, NOTHING, until_true=True))
    for index, condition in enumerate(conditions):
        value, flow = condition, QueryFlow({}, where=("Choices", index))
        if isinstance(condition, str):
            value = _value(next(found), (*flow.where, "Condition"), jsonata.text_of(condition))
        if not isinstance(value, bool):
            raise flow.unfit("Condition", condition, value, "boolean")
        if value:
            return index
    return None


def _left(
    flow: QueryFlow, result: Json, scope: Scope, more: Mapping[str, Json]
) -> tuple[Json, Mapping[str, Json]]:
    wanted = {name: flow.fields[name] for name in ("Output", "Assign") if name in flow.fields}
    values = _evaluated(wanted, flow.where, scope, more)
    return values.get("Output", result), values.get("Assign", NOTHING)


def _evaluated(
    fields: Mapping[str, Json], where: Place, scope: Scope, more: Mapping[str, Json]
) -> Mapping[str, Json]:
    """The values of fields, all from the same data. Raises EvaluationFailure."""
    listed = [each for name, value in fields.items() for each in jsonata.expressions(value, (*where, name))]
    found = _found(listed, scope, more)
    values = iter([_value(each, *listed[at]) for at, each in enumerate(found)])
    return {name: jsonata.filled(value, values) for name, value in fields.items()}


def _found(
    listed: Sequence[tuple[Place, str]], scope: Scope, more: Mapping[str, Json], *, until_true: bool = False
) -> list[Found]:
    """What expressions give, all at once. Raises EvaluationFailure when that takes too long, or too much."""
    if not listed:
        return []
    texts = [text for _, text in listed]
    try:
        return scope.evaluate(texts, _bindings(scope, more, texts), until_true=until_true)
    except Failure as failure:
        (place, text), others = listed[0], len(listed) - 1
        if not others:
            raise _failure(place, text, f"threw an error during evaluation. {failure.cause}") from None
        said = f"{failure.cause}, of {len(listed)} expressions; the first is '{text}'"
        raise EvaluationFailure(said, location(place)[1:]) from None


def _value(found: Found, place: Place, text: str) -> Json:
    if found.problem:
        raise _failure(place, text, found.problem)
    return decode(found.text)


def _failure(place: Place, text: str, said: str) -> EvaluationFailure:
    where = location(place)[1:]
    return EvaluationFailure(
        f"The JSONata expression '{text}' specified for the field '{where}' {said}", where
    )


def _bindings(scope: Scope, more: Mapping[str, Json], texts: Sequence[str]) -> dict[str, str]:
    names = jsonata.mentioned(texts)
    found = dict(scope.variables.texts(names))
    if STATES in names:
        states = {"input": scope.data, "context": scope.context(), **more}
        found[STATES] = msgspec.json.encode(states).decode()
    return found
