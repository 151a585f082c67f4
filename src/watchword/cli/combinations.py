"""Which options of a command go together. An option that would have no effect beside another is refused.

What comes from the environment is there for many commands, so it is refused only where the other option was
typed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from watchword.cli.ending import fail

Function = TypeVar("Function", bound=Callable[..., None])
Context = Any
"""typer keeps its types to itself."""

_ATTRIBUTE = "combinations"
_TYPED, _DEFAULTS = "COMMANDLINE", ("DEFAULT", "DEFAULT_MAP")


@dataclass(frozen=True, slots=True)
class Combinations:
    """A decorator for the function of a command. Parameters have their names in Python here."""

    apart: Sequence[tuple[str, str]] = ()
    """Pairs that don't go together."""
    only_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What has an effect only beside one of these."""

    def __call__(self, function: Function) -> Function:
        setattr(function, _ATTRIBUTE, self)
        return function


def check_combinations(function: Any, ctx: Context) -> None:  # noqa: ANN401 what typer calls
    """Refuses what was given and doesn't go together."""
    rules: Combinations | None = getattr(function, _ATTRIBUTE, None)
    if rules is None:
        return
    source = {name: ctx.get_parameter_source(name).name for name in ctx.params}
    given = {name for name, where in source.items() if where not in _DEFAULTS}
    typed = {name for name, where in source.items() if where == _TYPED}
    for one, other in rules.apart:
        if {one, other} <= given and {one, other} & typed:
            raise fail(f"{_shown(ctx, one)} and {_shown(ctx, other)} don't go together")
    for name, others in rules.only_with.items():
        if name in typed and not given & set(others):
            raise fail(f"{_shown(ctx, name)} has an effect only with {_listed(ctx, others)}")


def _listed(ctx: Context, names: Sequence[str]) -> str:
    return " or ".join(_shown(ctx, name) for name in names)


def _shown(ctx: Context, name: str) -> str:
    """A parameter as people type it."""
    (parameter,) = (each for each in ctx.command.params if each.name == name)
    is_option = parameter.param_type_name == "option"
    return str(max(parameter.opts, key=len)) if is_option else str(name).upper()
