"""Conditions: an operator is a comparison x negated x IfExists x ForAllValues or ForAnyValue.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Single-valued vs. multivalued
context keys" (rules 12 and 13 of `combine`). `COMPARISONS` and `NEGATIONS` are the whole table; IfExists
may follow any but Null, and `ForAllValues:` or `ForAnyValue:` may precede any. Case does not matter.

* Values are ORed; a negated operator over several values is NOR.
* A missing key: false; true when negated, under IfExists and under ForAllValues; but under ForAnyValue
  false even when negated. An empty set is a missing key; a lone empty string is a null data set to
  ForAllValues (true) and ForAnyValue (false).
* A list-valued key needs ForAllValues or ForAnyValue.
* What can't be understood (an unknown operator, a value that is not of its type, a list without a set
  operator) never widens access: it holds in a Deny and fails in an Allow. That answer is called `doubt`.

Every condition is compiled to one function of a request.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import eq, ge, gt, le, lt
from typing import Final, Protocol

from msgspec import Struct

from watchword.policy.evaluation.comparisons import (
    Answer,
    Build,
    Compare,
    addresses,
    booleans,
    equal_texts,
    equal_texts_any_case,
    like_arns,
    like_texts,
    not_null,
    typed,
)
from watchword.policy.language import values
from watchword.policy.language.grammar import Condition
from watchword.policy.language.shared import shared
from watchword.policy.language.variables import Context, Value, folded


class Asked(Protocol):
    """What a check reads of a request. The keys of the context are in lower case."""

    @property
    def resource(self) -> str: ...
    @property
    def context(self) -> Context: ...


Check = Callable[[Asked], bool]


class Comparison(Struct, frozen=True):
    """Which type of values is compared, how, and which of the policy's values can be read."""

    kind: str
    build: Build
    readable: Callable[[str], object] = str
    variables: bool = False
    foreseen: Callable[[tuple[str, ...]], Iterable[str]] | None = None
    """The texts that requests often have, given the policy's values: they are compared once, beforehand."""


def _themselves(wanted: tuple[str, ...]) -> Iterable[str]:
    return () if len(wanted) > _FEW or any("${" in each for each in wanted) else wanted


def _true_and_false(_wanted: tuple[str, ...]) -> Iterable[str]:
    return values.BOOLEANS


NULL: Final = "Null"
IF_EXISTS: Final = "IfExists"
FOR_ALL: Final = "ForAllValues"
FOR_ANY: Final = "ForAnyValue"
_FEW = 8

COMPARISONS: Mapping[str, Comparison] = {
    "StringEquals": Comparison("String", equal_texts, variables=True, foreseen=_themselves),
    "StringEqualsIgnoreCase": Comparison("String", equal_texts_any_case, variables=True),
    "StringLike": Comparison("String", like_texts, variables=True),
    "NumericEquals": Comparison("Numeric", typed(values.number, eq), values.number),
    "NumericLessThan": Comparison("Numeric", typed(values.number, lt), values.number),
    "NumericLessThanEquals": Comparison("Numeric", typed(values.number, le), values.number),
    "NumericGreaterThan": Comparison("Numeric", typed(values.number, gt), values.number),
    "NumericGreaterThanEquals": Comparison("Numeric", typed(values.number, ge), values.number),
    "DateEquals": Comparison("Date", typed(values.instant, eq), values.instant),
    "DateLessThan": Comparison("Date", typed(values.instant, lt), values.instant),
    "DateLessThanEquals": Comparison("Date", typed(values.instant, le), values.instant),
    "DateGreaterThan": Comparison("Date", typed(values.instant, gt), values.instant),
    "DateGreaterThanEquals": Comparison("Date", typed(values.instant, ge), values.instant),
    "Bool": Comparison("Bool", booleans, values.boolean, foreseen=_true_and_false),
    "BinaryEquals": Comparison("Binary", typed(values.binary, eq), values.binary),
    "IpAddress": Comparison("IPAddress", addresses, values.network),
    "ArnEquals": Comparison("ARN", like_arns, values.arn_pattern, variables=True),
    "ArnLike": Comparison("ARN", like_arns, values.arn_pattern, variables=True),
    NULL: Comparison("Null", not_null, values.boolean),
}
NEGATIONS: Mapping[str, str] = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
_NAMES = {name.lower(): (name, name) for name in COMPARISONS} | {
    name.lower(): (name, positive) for name, positive in NEGATIONS.items()
}
_QUANTIFIERS = {name.lower(): name for name in (FOR_ALL, FOR_ANY)}


class Operator(Struct, frozen=True):
    """An operator, taken apart."""

    name: str
    comparison: Comparison
    negated: bool = False
    if_exists: bool = False
    quantifier: str = ""


@shared
def operator(text: str) -> Operator | None:
    """The operator of that name; None when there is none."""
    before, colon, name = text.lower().rpartition(":")
    if_exists = name.endswith(IF_EXISTS.lower())
    found = _NAMES.get(name.removesuffix(IF_EXISTS.lower()))
    quantifier = _QUANTIFIERS.get(before, "")
    if found is None or bool(colon) != bool(quantifier) or (found[0] == NULL and if_exists):
        return None
    own, positive = found
    return Operator(own, COMPARISONS[positive], own != positive, if_exists, quantifier)


@shared
def check(condition: Condition, *, variables: bool, doubt: bool) -> Check:
    """A function that says whether a request meets `condition`. Equal conditions share one."""
    found = operator(condition.operator)
    key = folded(condition.key)
    if found is None:
        return lambda _request: doubt
    if found.name == NULL and not found.quantifier:
        return _null_check(key, condition.values, doubt=doubt)
    compare = found.comparison.build(condition.values, variables=variables)
    answers: Mapping[Answer, bool] = {True: not found.negated, False: found.negated, None: doubt}
    if found.quantifier:
        return _set_check(key, compare, answers, found)
    missing = found.negated or found.if_exists
    single = _single_check(key, compare, answers, missing=missing)
    if found.comparison.foreseen is None:
        return single
    texts = found.comparison.foreseen(condition.values)
    table: dict[Value | None, bool] = {text: answers[compare(text, {})] for text in texts}
    return _table_check(key, table | {None: missing}, single) if table else single


def _single_check(key: str, compare: Compare, answers: Mapping[Answer, bool], *, missing: bool) -> Check:
    doubt = answers[None]

    def single(request: Asked) -> bool:
        context = request.context
        value = context.get(key)
        if value is None:
            return missing
        return answers[compare(value, context)] if isinstance(value, str) else doubt

    return single


def _table_check(key: str, table: dict[Value | None, bool], single: Check) -> Check:
    """The same, but looked up in a table where it has the answer."""

    def look_up(request: Asked) -> bool:
        answer = table.get(request.context.get(key))
        return single(request) if answer is None else answer

    return look_up


def _set_check(key: str, compare: Compare, answers: Mapping[Answer, bool], found: Operator) -> Check:
    for_all = found.quantifier == FOR_ALL
    quantify: Callable[[Iterable[bool]], bool] = all if for_all else any

    def every(request: Asked) -> bool:
        context = request.context
        value = context.get(key)
        if value is None:
            return for_all or found.if_exists
        given = (value,) if isinstance(value, str) else value
        return for_all if given == ("",) else quantify([answers[compare(each, context)] for each in given])

    return every


def _null_check(key: str, wanted: tuple[str, ...], *, doubt: bool) -> Check:
    read = [values.boolean(each) for each in wanted]
    return lambda request: (key not in request.context) in read or (doubt and None in read)
