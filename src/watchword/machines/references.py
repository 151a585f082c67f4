"""What the states of a definition refer to: expressions of JSONata, and variables in both languages.

1. An expression of JSONata can be read, and refers to no input document: there is none.
2. $states has the members that the field can see: `result` in Output and Assign of a state that has one,
   `errorOutput` in those of its catchers.
3. The name of a variable is an identifier of at most 80 characters, not `states`.
4. A variable of an inner machine has another name than those of the machines around it.
5. A variable that nothing assigns is a warning, since only the execution knows what is there.

References are collected while a definition is checked, and looked at when all of it is known.
Source: Amazon States Language, "State Machine Variables", "JSONata Restrictions"; Step Functions Developer
Guide, "Passing data between states with variables".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from watchword.machines import jsonata, templates
from watchword.machines.data import Json
from watchword.machines.diagnostics import SCHEMA, UNDEFINED, Diagnostics, Place
from watchword.machines.errors import Failure
from watchword.machines.fields import NEVER_COMPUTED, OBJECTS
from watchword.machines.jsonata import STATES, Compile, Compiled

LONGEST_NAME = 80
SEEN = frozenset({"input", "context"})
_WITH_RESULT = {"Task", "Parallel", "Map"}
_PARTS = ("Choices", "Catch")
_AFTER = ("Output", "Assign")
_ELSEWHERE = {"Branches", "ItemProcessor", "Iterator", "Result", "ResultPath"}
"""Fields of JSONPath that refer to no variables, or whose states are looked at for themselves."""


@dataclass(frozen=True, slots=True)
class Names:
    """The variables of a machine, and the machine around it."""

    outer: "Names | None" = None
    assigned: dict[str, Place] = field(default_factory=dict)
    """Each with the first place that assigns it."""

    def has(self, name: str) -> bool:
        return name in self.assigned or (self.outer is not None and self.outer.has(name))


class Mention(NamedTuple):
    """An expression, or the path of a variable."""

    place: Place
    text: str
    names: Names
    members: frozenset[str] = SEEN
    """Of $states, those that can be seen there."""
    variables: frozenset[str] | None = None
    """Those of a path; None for an expression."""


class References:
    """Those of one definition."""

    def __init__(self, found: Diagnostics) -> None:
        self.found = found
        self._mentions: list[Mention] = []
        self._machines: list[Names] = []

    def machine(self, outer: Names | None) -> Names:
        """The variables of a machine that is being checked."""
        names = Names(outer)
        self._machines.append(names)
        return names

    def state(self, state: Mapping[str, Json], place: Place, names: Names, *, in_jsonata: bool) -> None:
        """What a state refers to and assigns."""
        for where, part in _assigning(state, place):
            self._assigns(part.get("Assign"), (*where, "Assign"), names)
        if in_jsonata:
            self._mentions += _expressions(state, place, names)
            self._half_open(state, place)
        else:
            for where, text in _paths(state, place):
                self._mentions.append(Mention(where, text, names, variables=_named(text)))

    def check(self, compile_: Compile) -> None:
        """Says what is wrong with all of that."""
        for names in self._machines:
            for name, place in names.assigned.items():
                if names.outer is not None and names.outer.has(name):
                    said = f"The variable {name!r} is assigned by a machine around this one too."
                    self.found.error(SCHEMA, said, place)
        texts = [each.text for each in self._mentions if each.variables is None]
        try:
            read = iter(compile_(texts) if texts else ())
        except Failure as failure:
            self.found.error(SCHEMA, f"The expressions can't be read: {failure.cause}.", ())
            return
        for each in self._mentions:
            one = next(read) if each.variables is None else Compiled(variables=each.variables)
            self._expression(each, one)

    def _expression(self, each: Mention, read: Compiled) -> None:
        """Rules 1, 2 and 5."""
        if read.problem:
            said = f"The JSONata expression {each.text[:200]!r} can't be read: {read.problem}."
            self.found.error(SCHEMA, said, each.place)
        if read.reads_input:
            said = (
                "A JSONata expression has no input document, so no bare name can stand here. The state's "
                "input is $states.input."
            )
            self.found.error(SCHEMA, said, each.place)
        for member in sorted((read.states or frozenset()) - each.members):
            self.found.error(SCHEMA, f"$states.{member} isn't there in this field.", each.place)
        for name in sorted(read.variables):
            if not each.names.has(name):
                self.found.warn(UNDEFINED, f"No state assigns the variable ${name}.", each.place)

    def _assigns(self, given: Json, place: Place, names: Names) -> None:
        """Rule 3."""
        for key in given if isinstance(given, dict) else ():
            name = key.removesuffix(templates.MARK)
            if name == STATES:
                self.found.error(SCHEMA, "The variable 'states' is reserved.", (*place, key))
            elif not is_name(name):
                said = f"The name of a variable is an identifier of at most {LONGEST_NAME} characters."
                self.found.error(SCHEMA, said, (*place, key))
            names.assigned.setdefault(name, (*place, key))

    def _half_open(self, state: Mapping[str, Json], place: Place) -> None:
        for where, text in _computed(state, place):
            if jsonata.is_half_open(text):
                said = "An expression begins with '{%' and ends with '%}', with nothing around it."
                self.found.error(SCHEMA, said, where)


def is_name(name: str) -> bool:
    """Whether a variable can have that name (Unicode Standard Annex 31)."""
    return name.isidentifier() and not name.startswith("_") and len(name) <= LONGEST_NAME


def _assigning(state: Mapping[str, Json], place: Place) -> Iterator[tuple[Place, Mapping[str, Json]]]:
    """The state and its parts, as far as they can assign."""
    yield place, state
    for name in _PARTS:
        parts = state.get(name)
        for at, part in enumerate(parts if isinstance(parts, list) else ()):
            if isinstance(part, dict):
                yield (*place, name, at), part


def _computed(state: Mapping[str, Json], place: Place) -> Iterator[tuple[Place, str]]:
    """The strings of a state that can be expressions."""
    for where, part in _assigning(state, place):
        for name, value in part.items():
            if name not in NEVER_COMPUTED and not (name in OBJECTS and isinstance(value, str)):
                yield from jsonata.strings(value, (*where, name))


def _expressions(state: Mapping[str, Json], place: Place, names: Names) -> Iterator[Mention]:
    has_result = state.get("Type") in _WITH_RESULT
    for where, text in _computed(state, place):
        if jsonata.is_expression(text):
            at = where[len(place) :]
            after = at[0] in _AFTER and has_result
            caught = at[0] == "Catch" and at[2] in _AFTER
            members = SEEN | ({"result"} if after else set()) | ({"errorOutput"} if caught else set())
            yield Mention(where, jsonata.text_of(text), names, members)


def _paths(value: Json, place: Place) -> Iterator[tuple[Place, str]]:
    """The paths and the calls of intrinsic functions in a state; those of states inside it are their own."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name in _ELSEWHERE:
                continue
            if isinstance(each, str) and name.endswith((templates.MARK, "Path", "Variable")):
                yield (*place, name), each
            else:
                yield from _paths(each, (*place, name))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _paths(each, (*place, at))


def _named(text: str) -> frozenset[str]:
    return frozenset(templates.variables(text))
