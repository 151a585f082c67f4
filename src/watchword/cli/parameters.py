"""Command line parameters, converted without pydantic: loading it takes longer than most commands run.

typer converts every value with pydantic. Here texts, and values that already have their type, stay as they
are, and a text becomes a path. typer converts only the rest, such as numbers and choices.

typer's errors quote what was given: `printable_errors` makes them printable.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args, get_origin

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

from watchword.names.printable import printable


@contextmanager
def printable_errors() -> Iterator[None]:
    """Makes the messages of typer's errors in this block printable."""
    try:
        yield
    except TyperException as error:
        for name in ("message", "param_hint", "option_name"):
            if isinstance(text := getattr(error, name, None), str):
                setattr(error, name, printable(text))
        raise


class Plain(TyperCommand):
    """A command whose values are converted only where they must be."""

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # typer keeps its types to itself
        return as_given(super().get_params(ctx))


def as_given(parameters: list[Any]) -> list[Any]:
    """Parameters that keep the given value, if no conversion is needed."""
    for parameter in parameters:
        coerce = partial(_value, parameter.get_runtime_param)
        parameter.get_runtime_param = partial(SimpleNamespace, coerce=coerce)
    return parameters


def _value(converting: Callable[[], Any], value: Any, *, param: Any, ctx: Any) -> Any:  # noqa: ANN401 of the parameter's type
    kind: Any = param.type_descriptor.annotation
    if get_origin(kind) is list:
        each = get_args(kind)[0]
        if each in (str, Path) and isinstance(value, list | tuple):
            return [each(one) for one in value]
    elif value is None or isinstance(value, kind):
        return value
    elif kind is Path and isinstance(value, str):
        return Path(value)
    return converting().coerce(value, param=param, ctx=ctx)
