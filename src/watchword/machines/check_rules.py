"""Checks the parts of states: choice rules, retriers, catchers.

Source: Amazon States Language, "Choice State", "Retrying after error", "Fallback states".
"""

from collections.abc import Iterable, Mapping

from watchword.machines import choices, errors, fields, jsonata, paths, templates
from watchword.machines.data import Json
from watchword.machines.diagnostics import SCHEMA, Diagnostics, Place
from watchword.machines.fields import CATCHER, CHECKS, JSONATA, RETRIER
from watchword.names.members import suggested

_AROUND = frozenset({"Next", "Comment", "Assign", "Output"})


def check_rule(found: Diagnostics, rule: Json, place: Place, language: str) -> None:
    """One rule of a Choice."""
    if not isinstance(rule, dict):
        found.error(SCHEMA, "A rule must be an object.", place)
        return
    if not isinstance(rule.get("Next"), str):
        found.error(SCHEMA, "The field 'Next' is required, but was missing.", place)
    test = {name: value for name, value in rule.items() if name not in _AROUND}
    if language == JSONATA:
        _condition(found, test, place)
    else:
        _test(found, test, place, 1)
        _assign(found, rule, place)


def check_retriers(found: Diagnostics, retriers: Iterable[tuple[int, Json]], place: Place) -> None:
    """The array Retry."""
    listed = list(retriers)
    for at, retrier in listed:
        if not isinstance(retrier, dict):
            found.error(SCHEMA, "A retrier must be an object.", (*place, at))
            continue
        _fields(found, retrier, RETRIER, (*place, at))
        _error_names(found, retrier, (*place, at), last=at == listed[-1][0])


def check_catcher(found: Diagnostics, catcher: Json, place: Place, language: str) -> None:
    """One of the array Catch."""
    if not isinstance(catcher, dict):
        found.error(SCHEMA, "A catcher must be an object.", place)
        return
    without = {"ResultPath"} if language == JSONATA else {"Output"}
    _fields(found, catcher, CATCHER - without, place)
    if "Next" not in catcher:
        found.error(SCHEMA, "The field 'Next' is required, but was missing.", place)
    _error_names(found, catcher, place, last=True)
    if language != JSONATA:
        _assign(found, catcher, place)


def _fields(found: Diagnostics, given: Mapping[str, Json], allowed: frozenset[str], place: Place) -> None:
    for name, value in given.items():
        check = CHECKS.get(name)
        if name not in allowed:
            said = f"The field {name!r} is not supported here{suggested(name, allowed) or '.'}"
            found.error(SCHEMA, said, (*place, name))
        elif check and (problem := check(value)):
            found.error(SCHEMA, f"The value of {name!r} is not valid: {problem}.", (*place, name))
    if "ErrorEquals" not in given:
        found.error(SCHEMA, "The field 'ErrorEquals' is required, but was missing.", place)


def _error_names(found: Diagnostics, given: Mapping[str, Json], place: Place, *, last: bool) -> None:
    names, place = given.get("ErrorEquals"), (*place, "ErrorEquals")
    if not isinstance(names, list):
        return
    for name in names:
        if not isinstance(name, str):
            found.error(SCHEMA, "The name of an error must be a string.", place)
        elif name.startswith("States.") and name not in errors.NAMES:
            found.error(SCHEMA, f"There is no error {name!r}{suggested(name, errors.NAMES) or '.'}", place)
    if errors.ALL in names and (len(names) > 1 or not last):
        found.error(SCHEMA, f"{errors.ALL} must stand alone, and in the last one.", place)


def _test(found: Diagnostics, test: Json, place: Place, depth: int) -> None:
    if not isinstance(test, dict):
        found.error(SCHEMA, "A rule must be an object.", place)
        return
    if depth > choices.DEEPEST:
        found.error(SCHEMA, "And, Or and Not are nested too deeply.", place)
        return
    names = [name for name in test if name not in ("Variable", "Comment")]
    if len(names) != 1 or not (names[0] in choices.COMBINATIONS or choices.is_comparison(names[0])):
        unknown = next((suggested(name, choices.COMPARISONS) for name in names), "")
        found.error(
            SCHEMA, f"A rule has exactly one comparison, or one of And, Or, Not{unknown or '.'}", place
        )
        return
    (name,) = names
    if name in choices.COMBINATIONS:
        _combination(found, test, name, place, depth)
    else:
        _comparison(found, test, name, place)


def _combination(found: Diagnostics, test: Mapping[str, Json], name: str, place: Place, depth: int) -> None:
    if "Variable" in test:
        found.error(SCHEMA, f"{name} has no Variable.", place)
    if name == "Not":
        _test(found, test[name], (*place, name), depth + 1)
    elif not isinstance(test[name], list) or not test[name]:
        found.error(SCHEMA, f"{name} must be an array that isn't empty.", (*place, name))
    else:
        for at, inner in enumerate(test[name]):
            _test(found, inner, (*place, name, at), depth + 1)


def _comparison(found: Diagnostics, test: Mapping[str, Json], name: str, place: Place) -> None:
    if not _is_path(test.get("Variable")):
        found.error(SCHEMA, "Variable must be a JSONPath.", (*place, "Variable"))
    expected = test[name]
    computed = name not in choices.COMPARISONS and not choices.is_of_value(name)
    if not choices.expects(name, expected) or (computed and not _is_path(expected)):
        found.error(SCHEMA, f"The value of {name!r} is not of its type.", (*place, name))


def _condition(found: Diagnostics, test: Mapping[str, Json], place: Place) -> None:
    if set(test) != {"Condition"}:
        found.error(SCHEMA, "A rule in JSONata has a Condition and no comparisons.", place)
    elif not isinstance(test["Condition"], bool) and not jsonata.is_expression(test["Condition"]):
        found.error(SCHEMA, "Condition must be an expression of JSONata.", (*place, "Condition"))


def _assign(found: Diagnostics, given: Mapping[str, Json], place: Place) -> None:
    if problem := fields.CHECKS["Assign"](given.get("Assign", {})):
        found.error(SCHEMA, f"The value of 'Assign' is not valid: {problem}.", (*place, "Assign"))
    for where, text in templates.expressions(given.get("Assign")):
        if not templates.is_expression(text):
            said = f"The value for the field '{where[-1]}' must be a valid JSONPath or intrinsic function."
            found.error(SCHEMA, said, (*place, "Assign"))


def _is_path(text: Json) -> bool:
    try:
        return isinstance(text, str) and bool(paths.parse(text))
    except paths.BadPath:
        return False
