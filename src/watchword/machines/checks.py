"""Checks a definition, and says all that is wrong with it.

1. The text is JSON, with no member given twice.
2. Each machine, state, retrier and catcher has the fields that it needs and no others, each as `fields` says.
3. Names of states are unique in the whole definition and at most 80 characters long.
4. Each target of a transition is a state of the same machine; each state is the target of one; each machine
   has a state that ends it.
5. Expressions can be read. Those of JSONata, and variables, are what `references` says, where there is
   somebody who reads them (`expressions`).

A definition without an error can be built (`build`). Nothing here runs.
Source: Amazon States Language; Step Functions API Reference, ValidateStateMachineDefinition.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from watchword.machines import fields, jsonata, resources, templates
from watchword.machines.check_rules import check_catcher, check_retriers, check_rule
from watchword.machines.data import Json, too_deep
from watchword.machines.diagnostics import (
    DUPLICATE_NAME,
    INVALID_JSON,
    INVALID_NAME,
    INVALID_RESOURCE,
    NO_DOLLAR,
    NO_END,
    NO_TARGET,
    SCHEMA,
    TOO_DEEP,
    Diagnostics,
    Enough,
    Place,
)
from watchword.machines.fields import JSONATA, JSONPATH, ONE_OF, PAIRS, TYPES
from watchword.machines.jsonata import Compile
from watchword.machines.references import Names, References
from watchword.machines.targets import targets
from watchword.names.members import decoded, suggested

LONGEST_NAME = 80
DEEPEST_MACHINE = 20
"""Machines within machines."""
TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials")


class Inside(NamedTuple):
    """Where a machine stands: the language around it, how deep, and the variables around it."""

    language: str = JSONPATH
    depth: int = 0
    names: Names | None = None


def check(text: str, compile_: Compile | None = None) -> tuple[Json, Diagnostics]:
    """The definition as JSON, and what is wrong with it; without `compile_`, but for rule 5's references."""
    found = Diagnostics.none()
    try:
        definition = decoded(text)
    except (ValueError, RecursionError) as unreadable:
        found.error(INVALID_JSON, f"The definition isn't JSON: {unreadable}", ())
        return None, found
    if too_deep(text, definition):
        found.error(TOO_DEEP, "The definition is nested too deeply.", ())
    elif not isinstance(definition, dict):
        found.error(SCHEMA, "The definition must be an object.", ())
    else:
        with suppress(Enough):
            one = _Check(found)
            one.machine(definition, (), Inside())
            if compile_ is not None:
                one.references.check(compile_)
    return definition, found


def check_state(text: str, compile_: Compile) -> tuple[Json, Diagnostics]:
    """The same for one state that stands alone: its machine isn't known, so it can lead anywhere."""
    found = Diagnostics.none()
    try:
        state = decoded(text)
    except (ValueError, RecursionError) as unreadable:
        found.error(INVALID_JSON, f"The definition isn't JSON: {unreadable}", ())
        return None, found
    if too_deep(text, state):
        found.error(TOO_DEEP, "The definition is nested too deeply.", ())
        return None, found
    with suppress(Enough):
        one = _Check(found)
        one.state(state, (), Inside(depth=1, names=one.references.machine(None)))
        one.references.check(compile_)
    return state, found


class _Check:
    """One definition being checked."""

    def __init__(self, found: Diagnostics) -> None:
        self.found = found
        self.references = References(found)
        self._names: set[str] = set()

    def machine(self, machine: Json, place: Place, around: Inside) -> None:
        if around.depth > DEEPEST_MACHINE:
            self.found.error(TOO_DEEP, "The states are too deeply nested.", place)
            return
        if not isinstance(machine, dict):
            self.found.error(SCHEMA, "A machine must be an object.", place)
            return
        allowed = fields.BRANCH if around.depth else fields.MACHINE
        self._fields(machine, allowed, ("StartAt", "States"), place)
        language = machine.get("QueryLanguage", around.language)
        inside = Inside(language, around.depth + 1, self.references.machine(around.names))
        states = machine.get("States")
        if not isinstance(states, dict) or not states:
            self.found.error(SCHEMA, "States must be an object with at least one state.", (*place, "States"))
            return
        for name, state in states.items():
            self._name(name, (*place, "States", name))
            self.state(state, (*place, "States", name), inside)
        if not self.found.errors:
            self._transitions(machine, states, place)

    def state(self, state: Json, place: Place, inside: Inside) -> None:
        """A state of a machine; what is inside it stands in that."""
        if not isinstance(state, dict):
            self.found.error(SCHEMA, "A state must be an object.", place)
            return
        kind = state.get("Type")
        if not isinstance(kind, str) or kind not in TYPES:
            known = suggested(kind, TYPES) if isinstance(kind, str) else ""
            self.found.error(
                SCHEMA, f"Type must be one of {', '.join(TYPES)}{known or '.'}", (*place, "Type")
            )
            return
        language = state.get("QueryLanguage", inside.language)
        if (inside.language, language) == (JSONATA, JSONPATH):
            said = "A state can't be in JSONPath when the machine is in JSONata."
            self.found.error(SCHEMA, said, (*place, "QueryLanguage"))
        self._fields(state, TYPES[kind].allowed(language), TYPES[kind].needs, place, language)
        self._combinations(kind, state, place)
        if language != JSONATA:
            self._expressions(state, place)
        if inside.names is not None:
            self.references.state(state, place, inside.names, in_jsonata=language == JSONATA)
        self._parts(kind, state, place, language)
        self._machines(kind, state, place, inside)

    def _name(self, name: str, place: Place) -> None:
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            said = f"A name has 1 to {LONGEST_NAME} printable characters."
            self.found.error(INVALID_NAME, said, place)
        if name in self._names:
            self.found.error(DUPLICATE_NAME, f"The state name {name!r} is there twice.", place)
        self._names.add(name)

    def _fields(
        self,
        given: Mapping[str, Json],
        allowed: Iterable[str],
        needed: Iterable[str],
        place: Place,
        language: str = JSONPATH,
    ) -> None:
        for name in sorted(set(needed) - given.keys()):
            self.found.error(SCHEMA, f"The field {name!r} is required, but was missing.", place)
        for name, value in given.items():
            if name not in set(allowed):
                other = _other_language(given, name, language)
                said = other or suggested(name, allowed) or "."
                said = f"The field {name!r} is not supported by this state{said}"
                self.found.error(SCHEMA, said, (*place, name))
            elif problem := _problem(name, value, language):
                self.found.error(SCHEMA, f"The value of {name!r} is not valid: {problem}.", (*place, name))

    def _combinations(self, kind: str, state: Mapping[str, Json], place: Place) -> None:
        names, needed = ONE_OF.get(kind, ((), False))
        there = [name for name in names if name in state]
        if needed and len(there) != 1:
            self.found.error(SCHEMA, f"Exactly one of {', '.join(names)} must be there.", place)
        for first, second in PAIRS:
            if first in state and second in state:
                self.found.error(SCHEMA, f"{first} and {second} can't both be there.", place)
        if kind in {"Pass", "Task", "Wait", "Parallel", "Map"} and not {"Next", "End"} & state.keys():
            self.found.error(SCHEMA, "Next or End is required, but both were missing.", place)

    def _expressions(self, state: Mapping[str, Json], place: Place) -> None:
        for field in TEMPLATES:
            for where, text in templates.expressions(state.get(field)):
                if not templates.is_expression(text):
                    said = (
                        f"The value for the field '{where[-1]}' must be a valid JSONPath or a valid "
                        "intrinsic function call"
                    )
                    self.found.error(SCHEMA, said, (*place, field))
            for where, text in _without_mark(state.get(field)):
                said = f"'{where[-1]}' looks like a JSONPath or an intrinsic function, without '.$': {text}"
                self.found.warn(NO_DOLLAR, said, (*place, field, *where))

    def _parts(self, kind: str, state: Mapping[str, Json], place: Place, language: str) -> None:
        match kind:
            case "Task":
                self._resource(state.get("Resource"), (*place, "Resource"))
            case "Choice":
                for at, rule in _listed(state, "Choices"):
                    check_rule(self.found, rule, (*place, "Choices", at), language)
        check_retriers(self.found, _listed(state, "Retry"), (*place, "Retry"))
        for at, catcher in _listed(state, "Catch"):
            check_catcher(self.found, catcher, (*place, "Catch", at), language)

    def _machines(self, kind: str, state: Mapping[str, Json], place: Place, inside: Inside) -> None:
        """Those inside it, which are in the machine's language, whatever the state's is."""
        match kind:
            case "Parallel":
                for at, branch in _listed(state, "Branches"):
                    self.machine(branch, (*place, "Branches", at), inside)
            case "Map":
                self._map(state, place, inside)

    def _map(self, state: Mapping[str, Json], place: Place, inside: Inside) -> None:
        for field in sorted(fields.DISTRIBUTED & state.keys()):
            said = f"{field} belongs to a Map in distributed mode, which isn't served here."
            self.found.error(SCHEMA, said, (*place, field))
        name = "ItemProcessor" if "ItemProcessor" in state else "Iterator"
        machine = state.get(name)
        if isinstance(machine, dict):
            config = machine.get("ProcessorConfig")
            if isinstance(config, dict) and config.get("Mode", "INLINE") != "INLINE":
                said = "A Map in distributed mode isn't served here."
                self.found.error(SCHEMA, said, (*place, name, "ProcessorConfig"))
            self.machine(machine, (*place, name), inside)

    def _resource(self, text: Json, place: Place) -> None:
        if isinstance(text, str) and resources.parse(text) is None:
            said = f"The resource {text[:200]!r} isn't one that is served here."
            self.found.error(INVALID_RESOURCE, said, place)

    def _transitions(self, machine: Mapping[str, Json], states: Mapping[str, Json], place: Place) -> None:
        reached = {machine["StartAt"]}
        if machine["StartAt"] not in states:
            said = f"Missing 'StartAt' target: {machine['StartAt']}"
            self.found.error(NO_TARGET, said, (*place, "StartAt"))
        for name, state in states.items():
            for where, target in targets(state):
                reached.add(target)
                if target not in states:
                    said = f"Missing '{where[-1]}' target: {target}"
                    self.found.error(NO_TARGET, said, (*place, "States", name, *where))
        for name in states:
            if name not in reached:
                said = f'State "{name}" is not reachable.'
                self.found.error(NO_TARGET, said, (*place, "States", name))
        if not any("End" in state or state["Type"] in {"Succeed", "Fail"} for state in states.values()):
            self.found.error(
                NO_END, "No terminal state was found: a state with End, or a Succeed or Fail.", place
            )


def _other_language(state: Mapping[str, Json], name: str, language: str) -> str:
    """That a field is one of the other language."""
    other = JSONPATH if language == JSONATA else JSONATA
    kind = state.get("Type")
    if not isinstance(kind, str) or kind not in TYPES or name not in TYPES[kind].allowed(other):
        return ""
    return f": it belongs to {other}, and this state is in {language}."


def _problem(name: str, value: Json, language: str) -> str:
    constant = name in fields.NEVER_COMPUTED | fields.OBJECTS
    if language == JSONATA and not constant and jsonata.is_expression(value):
        return ""
    check = fields.CHECKS.get(name)
    return check(value) if check else ""


def _listed(state: Mapping[str, Json], field: str) -> list[tuple[int, Json]]:
    found = state.get(field)
    return list(enumerate(found)) if isinstance(found, list) else []


def _without_mark(template: Json, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Members of a template that look as if they were meant to be computed."""
    if isinstance(template, dict):
        for name, value in template.items():
            if isinstance(value, str) and not name.endswith(templates.MARK):
                if value.startswith(("$.", "$$.", "States.")) and templates.is_expression(value):
                    yield (*place, name), value
            else:
                yield from _without_mark(value, (*place, name))
