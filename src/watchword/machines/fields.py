"""The fields of states, as tables: which each type has and needs, and what may stand in them.

A check says what is wrong with a value, or nothing. Most fields of a state that is written in JSONata can
also be an expression, `{% ... %}`.
Source: Amazon States Language, "State Types", "JSONata and JSONPath"; Step Functions Developer Guide,
"Using Amazon States Language to define Step Functions workflows".
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from watchword.machines import paths, templates, timestamps
from watchword.machines.data import Json
from watchword.machines.paths import BadPath
from watchword.machines.retrying import LONGEST_SECONDS, MOST_ATTEMPTS

Check = Callable[[Json], str]
"""What is wrong with the value; empty: nothing."""
MOST_SECONDS = 99_999_999
JSONPATH, JSONATA = "JSONPath", "JSONata"


class Fields(NamedTuple):
    """Of one type: those it needs, and those it can have, in each language."""

    needs: frozenset[str] = frozenset()
    both: frozenset[str] = frozenset()
    jsonpath: frozenset[str] = frozenset()
    jsonata: frozenset[str] = frozenset()

    def allowed(self, language: str) -> frozenset[str]:
        return ANY_STATE | self.needs | self.both | (self.jsonata if language == JSONATA else self.jsonpath)


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ANY_STATE = _set("Type Comment QueryLanguage")
_FLOW = _set("InputPath OutputPath")
_RESULT = _FLOW | _set("Parameters ResultPath")
_WORK = _set("Next End Retry Catch Assign")
_MAP = _set("ItemProcessor Iterator MaxConcurrency ItemSelector ItemReader ItemBatcher ResultWriter Label "
            "ToleratedFailureCount ToleratedFailurePercentage")  # fmt: skip

TYPES: Mapping[str, Fields] = {
    "Pass": Fields(both=_set("Next End Assign"), jsonpath=_RESULT | {"Result"}, jsonata=_set("Output")),
    "Task": Fields(
        needs=_set("Resource"),
        both=_WORK | _set("TimeoutSeconds HeartbeatSeconds Credentials"),
        jsonpath=_RESULT | _set("ResultSelector TimeoutSecondsPath HeartbeatSecondsPath"),
        jsonata=_set("Arguments Output"),
    ),
    "Choice": Fields(
        needs=_set("Choices"), both=_set("Default Assign"), jsonpath=_FLOW, jsonata=_set("Output")
    ),
    "Wait": Fields(
        both=_set("Next End Assign Seconds Timestamp"),
        jsonpath=_FLOW | _set("SecondsPath TimestampPath"),
        jsonata=_set("Output"),
    ),
    "Succeed": Fields(jsonpath=_FLOW, jsonata=_set("Output")),
    "Fail": Fields(both=_set("Error Cause"), jsonpath=_set("ErrorPath CausePath")),
    "Parallel": Fields(
        needs=_set("Branches"),
        both=_WORK,
        jsonpath=_RESULT | _set("ResultSelector"),
        jsonata=_set("Arguments Output"),
    ),
    "Map": Fields(
        both=_WORK | _MAP,
        jsonpath=_RESULT | _set("ResultSelector ItemsPath MaxConcurrencyPath ToleratedFailureCountPath "
                                "ToleratedFailurePercentagePath"),
        jsonata=_set("Items Output"),
    ),
}  # fmt: skip
DISTRIBUTED = _set("ItemReader ItemBatcher ResultWriter Label")
"""Fields of a Map in distributed mode, which isn't served."""
MACHINE = _set("Comment StartAt States TimeoutSeconds Version QueryLanguage")
BRANCH = _set("Comment StartAt States QueryLanguage ProcessorConfig")
RETRIER = _set("ErrorEquals IntervalSeconds MaxAttempts BackoffRate MaxDelaySeconds JitterStrategy Comment")
CATCHER = _set("ErrorEquals Next ResultPath Assign Output Comment")
ONE_OF: Mapping[str, tuple[tuple[str, ...], bool]] = {
    "Wait": (("Seconds", "SecondsPath", "Timestamp", "TimestampPath"), True),
    "Map": (("ItemProcessor", "Iterator"), True),
}
"""Fields of which a state has exactly one."""
PAIRS = (
    *(("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath")),
    *(("Error", "ErrorPath"), ("Cause", "CausePath"), ("MaxConcurrency", "MaxConcurrencyPath")),
    *(("ItemSelector", "Parameters"), ("Next", "End")),
)
"""Fields of which a state has at most one."""


def _text(value: Json) -> str:
    return "" if isinstance(value, str) else "it must be a string"


def _number(low: float, high: float, *, whole: bool = True) -> Check:
    kinds = (int,) if whole else (int, float)

    def check(value: Json) -> str:
        if isinstance(value, bool) or not isinstance(value, kinds):
            return "it must be an integer" if whole else "it must be a number"
        return "" if low <= value <= high else f"it must be from {low} to {high}"

    return check


def _path(value: Json) -> str:
    if value is None:
        return ""
    return _is(paths.parse, value, "a JSONPath")


def _reference(value: Json) -> str:
    if value is None:
        return ""
    found = _is(paths.reference, value, "a Reference Path")
    return found or ("" if value.startswith("$") and paths.parse(value).root == "$" else "it must begin at $")


def _is(parse: Callable[[str], object], value: Json, what: str) -> str:
    try:
        if isinstance(value, str):
            parse(value)
            return ""
    except BadPath:
        pass
    return f"it must be {what}"


def _computed(value: Json) -> str:
    """A path or a call of an intrinsic function; null isn't one."""
    return "" if templates.is_expression(value) else "it must be a JSONPath or an intrinsic function"


def _object(value: Json) -> str:
    return "" if isinstance(value, dict) else "it must be an object"


def _array(value: Json) -> str:
    return "" if isinstance(value, list) and value else "it must be an array that isn't empty"


def _list(value: Json) -> str:
    return "" if isinstance(value, list) else "it must be an array"


def _timestamp(value: Json) -> str:
    return "" if timestamps.parse(value) else "it must be a timestamp, such as 2026-11-24T21:12:00Z"


def _jitter(value: Json) -> str:
    return "" if value in ("FULL", "NONE") else "it must be FULL or NONE"


def _true(value: Json) -> str:
    return "" if value is True else "it must be true"


def _language(value: Json) -> str:
    return "" if value in (JSONPATH, JSONATA) else "it must be JSONPath or JSONata"


def _items(value: Json) -> str:
    return "" if isinstance(value, list | dict) else "it must be an array, an object or an expression"


def _any(_: Json) -> str:
    return ""


CHECKS: Mapping[str, Check] = {
    **dict.fromkeys(("Comment", "Next", "Default", "Error", "Cause"), _text),
    **dict.fromkeys(("StartAt", "Resource", "Version"), _text),
    **dict.fromkeys(("InputPath", "OutputPath"), _path),
    **dict.fromkeys(("ErrorPath", "CausePath"), _computed),
    **dict.fromkeys(("SecondsPath", "TimestampPath", "TimeoutSecondsPath"), _computed),
    **dict.fromkeys(("HeartbeatSecondsPath", "MaxConcurrencyPath", "ItemsPath"), _computed),
    "ResultPath": _reference,
    **dict.fromkeys(("Assign", "Credentials", "ProcessorConfig", "ItemProcessor", "Iterator"), _object),
    **dict.fromkeys(("Choices", "Branches", "ErrorEquals"), _array),
    **dict.fromkeys(("Retry", "Catch"), _list),
    "Seconds": _number(0, MOST_SECONDS),
    **dict.fromkeys(("TimeoutSeconds", "HeartbeatSeconds"), _number(1, MOST_SECONDS)),
    "IntervalSeconds": _number(1, MOST_SECONDS),
    "MaxAttempts": _number(0, MOST_ATTEMPTS),
    "BackoffRate": _number(1, MOST_ATTEMPTS, whole=False),
    "MaxDelaySeconds": _number(1, LONGEST_SECONDS - 1),
    "JitterStrategy": _jitter,
    "MaxConcurrency": _number(0, MOST_SECONDS),
    "Timestamp": _timestamp,
    "End": _true,
    "QueryLanguage": _language,
    **dict.fromkeys(("Output", "Arguments", "ItemSelector"), _any),
    "Items": _items,
}  # fmt: skip
"""Field -> its check, wherever it stands. What isn't here can be anything."""
NEVER_COMPUTED = _set(
    "Type Comment QueryLanguage Next End Default StartAt Resource Retry Catch Choices Branches "
    "Iterator ItemProcessor ErrorEquals IntervalSeconds MaxAttempts BackoffRate MaxDelaySeconds "
    "JitterStrategy ProcessorConfig Version"
)
"""Fields that have no expression of JSONata in them."""
OBJECTS = _set("Assign Credentials")
"""Fields that have some, and aren't one themselves."""
