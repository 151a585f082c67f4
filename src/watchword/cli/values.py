"""Values of parameters, without pydantic: typer converts each by it, and loading it takes longer than a run.

A text, and whatever is of its type already, is left as it is given; a path is made of text. Of all else, such
as numbers and choices, typer takes care.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args, get_origin

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption


class Plain(TyperCommand):
    """A command whose values are converted only where they must be."""

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # typer keeps its types to itself
        return as_given(super().get_params(ctx))


def as_given(parameters: list[Any]) -> list[Any]:
    """Parameters that keep what they are given, where it will do."""
    for parameter in parameters:
        parameter._runtime_param = _AS_GIVEN  # noqa: SLF001 there is no other place for it
    return parameters


def _value(value: object, param: TyperArgument | TyperOption, ctx: Any) -> Any:  # noqa: ANN401 of the parameter's type
    kind: Any = param.type_descriptor.annotation
    several = param.multiple or param.nargs == -1
    if several and isinstance(value, list | tuple) and get_origin(kind) is list:
        each = get_args(kind)[0]
        if each in (str, Path):
            return [each(one) for one in value]
    if not several and (value is None or isinstance(value, kind)):
        return value
    if kind is Path and isinstance(value, str):
        return Path(value)
    param._runtime_param = None  # noqa: SLF001 typer makes its own then
    return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


_AS_GIVEN: Any = SimpleNamespace(coerce=_value)
