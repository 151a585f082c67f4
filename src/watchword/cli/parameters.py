"""Command line parameters, converted without pydantic: loading it takes longer than most commands run.

typer converts every value with pydantic. Here texts, and values that already have their type, stay as they
are, and a text becomes a path, a choice or a whole number. typer converts only the rest, and says what is
wrong with a text.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args, get_origin

_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


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
    elif issubclass(kind, StrEnum) and value in list(kind):
        return kind(value)
    elif kind is int and _is_whole(value, param.type_descriptor.parameter_info):
        return int(value)
    return converting().coerce(value, param=param, ctx=ctx)


def _is_whole(value: Any, limits: Any) -> bool:  # noqa: ANN401 what was given, and typer's description
    """Whether it is the text of a whole number within its limits."""
    if not isinstance(value, str) or not _WHOLE.fullmatch(value):
        return False
    least, most = limits.min, limits.max
    return (least is None or least <= int(value)) and (most is None or int(value) <= most)
