"""What `--help` prints: plain text that fits 80 columns.

Each option has its flags on the left and what they mean on the right, or below where the flags are long. In
brackets: the name of the environment variable, the default, and whether it is required. Names are never
broken or cut. Options with the same `rich_help_panel` stand under that heading.
"""

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

WIDTH = 80
_INDENT, _COLUMN = "  ", 28
_LONGEST_CHOICES = 48
_VALUES = {str: "TEXT", int: "NUMBER", float: "NUMBER", Path: "PATH"}
_OPTIONS = "Options"

Parameter = Any
"""An option or argument; typer keeps its types to itself."""


def parameters_help(parameters: Iterable[Parameter]) -> Iterator[str]:
    """The lines about the arguments and options of a command."""
    shown = [
        each for each in parameters if not each.hidden and (each.help or each.param_type_name == "option")
    ]
    panels = dict.fromkeys(_panel(each) for each in shown)
    for panel in panels:
        yield ""
        yield f"{panel}:"
        for each in shown:
            if _panel(each) == panel:
                yield from _row(_names(each), _meaning(each))


def commands_help(commands: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The lines about the commands of a group, given their names and meanings."""
    yield ""
    yield "Commands:"
    for name, meaning in commands:
        yield from _row(name, meaning, column=16)


def _panel(parameter: Parameter) -> str:
    if parameter.param_type_name == "argument":
        return "Arguments"
    return parameter.rich_help_panel or _OPTIONS


def _row(left: str, right: str, column: int = _COLUMN) -> Iterator[str]:
    lines = textwrap.wrap(right, WIDTH - column, break_long_words=False, break_on_hyphens=False)
    head = f"{_INDENT}{left}"
    if len(head) + len(_INDENT) <= column:
        yield f"{head:<{column}}{lines[0]}"
        lines = lines[1:]
    else:
        yield head
    yield from (f"{'':{column}}{line}" for line in lines)


def _names(parameter: Parameter) -> str:
    if parameter.param_type_name == "argument":
        return f"{_value_name(parameter)}{'' if parameter.nargs == 1 else '...'}"
    flags = ", ".join(sorted((*parameter.opts, *parameter.secondary_opts), key=len))
    return flags if parameter.is_flag else f"{flags} {_value_name(parameter)}"


def _value_name(parameter: Parameter) -> str:
    """What stands for the value: its own name, its choices or its type."""
    described = parameter.type_descriptor
    if parameter.metavar:
        return str(parameter.metavar)
    if described.choices and len(choices := "|".join(described.choices)) <= _LONGEST_CHOICES:
        return choices
    if described.choices or parameter.param_type_name == "argument":
        return str(parameter.name).upper()
    return _VALUES.get(described.annotation, "TEXT")


def _meaning(parameter: Parameter) -> str:
    more = [parameter.envvar] if parameter.envvar else []
    if parameter.required:
        more.append("required")
    elif default := _default(parameter):
        more.append(f"default {default}")
    brackets = f" [{'; '.join(more)}]" if more else ""
    return f"{parameter.help}{_value_choices(parameter)}{brackets}"


def _value_choices(parameter: Parameter) -> str:
    """Where they are too many to stand for the value, they are listed."""
    choices = parameter.type_descriptor.choices or ()
    return f" One of: {', '.join(choices)}." if len("|".join(choices)) > _LONGEST_CHOICES else ""


def _default(parameter: Parameter) -> str:
    value = parameter.default
    if value is None or value is False or value in ("", [], ()):
        return ""
    if value is True:
        return str(parameter.opts[0])
    return str(value).replace(str(Path.home()), "~", 1) if isinstance(value, Path) else str(value)
