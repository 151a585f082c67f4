"""How data flows through a state that is written in JSONPath.

    raw input -> InputPath -> Parameters -> (the state's work) -> ResultSelector -> ResultPath -> OutputPath

ResultPath puts the result into the raw input. Assign sets variables from the result, as it is before
ResultSelector.
Source: Amazon States Language, "Input and Output Processing", "Variables".
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from watchword.machines import paths, templates
from watchword.machines.data import Json
from watchword.machines.errors import PARAMETER_PATH_FAILURE, RUNTIME, Failure
from watchword.machines.paths import NotThere, Path
from watchword.machines.scope import Scope

WHOLE = paths.parse("$")
NOTHING: Mapping[str, Json] = {}


class PathFlow(Struct, frozen=True):
    """The five fields, and Assign. A path that is None stands for an empty object, or for no result."""

    input_path: Path | None = WHOLE
    parameters: Json = None
    result_selector: Json = None
    result_path: Path | None = WHOLE
    output_path: Path | None = WHOLE
    assign: Json = None

    def enter(self, scope: Scope) -> Json:
        """What the state works with."""
        return scope.noted("afterInputPath", read(self.input_path, scope))

    def arguments(self, entered: Json, scope: Scope) -> Json:
        """What a task is called with, or what the branches begin with."""
        if self.parameters is not None:
            entered = templates.fill(self.parameters, scope.of(entered), PARAMETER_PATH_FAILURE)
        return scope.noted("afterParameters", entered)

    def leave(self, result: Json, scope: Scope) -> tuple[Json, Mapping[str, Json]]:
        """The state's output and the variables that it sets; `scope` has its raw input."""
        variables = assigned(self.assign, scope.of(scope.noted("result", result)))
        if self.result_selector is not None:
            result = templates.fill(self.result_selector, scope.of(result), PARAMETER_PATH_FAILURE)
        scope.noted("afterResultSelector", result)
        output = scope.data if self.result_path is None else paths.put(self.result_path, scope.data, result)
        scope.noted("afterResultPath", output)
        return read(self.output_path, scope.of(output)), variables

    def recover(self, error: Json, catcher: Any, scope: Scope) -> tuple[Json, Mapping[str, Json]]:  # noqa: ANN401 a Catcher
        """The same after an error that was caught."""
        variables = assigned(catcher.assign, scope.of(error))
        if catcher.result_path is None:
            return scope.data, variables
        return paths.put(catcher.result_path, scope.data, error), variables

    def value(self, field: Json, scope: Scope, _name: str) -> Json:
        """A field that may be a path or a call of an intrinsic function, such as TimeoutSecondsPath."""
        return templates.evaluate(field, scope, RUNTIME)

    def item(self, selector: Json, scope: Scope) -> Json:
        """What ItemSelector makes of an item; the scope is that of the item."""
        return templates.fill(selector, scope, PARAMETER_PATH_FAILURE)

    def unfit(self, name: str, _given: Json, _value: Json, expected: str) -> Failure:
        """That a field's value isn't what is expected there."""
        return Failure(RUNTIME, f"The value of the field '{name}' must be: {expected}.")


def assigned(template: Json, scope: Scope) -> Mapping[str, Json]:
    """The variables that Assign sets."""
    if template is None:
        return NOTHING
    filled: Mapping[str, Json] = templates.fill(template, scope, RUNTIME)
    return filled


def read(path: Path | None, scope: Scope) -> Json:
    """What a path finds. Raises Failure where that is nothing."""
    if path is WHOLE:
        return scope.data
    if path is None:
        return {}
    try:
        return path.read(scope)
    except NotThere:
        raise Failure(RUNTIME, f"Invalid path '{path.text}': it could not be found in the input.") from None
