"""Runs variants, and counts them.

An input that violates the model is sent by an administrator and by a user who may do nothing, in a body and
in a query: the sentence is the same, since the model comes before the decision.
"""

from collections.abc import Iterator
from typing import Any

from tests.conformance.judge import judge
from tests.conformance.rules import sentence
from tests.conformance.stage import MODELS, Stage
from tests.conformance.variants import Variant, of
from tests.services.rows import Refused, Row

from watchword.wire.services import SERVICES

BY = {"powerless": "powerless", "other account": "other"}


READING = ("Get", "List", "Simulate", "Describe")
"""How the names of operations begin that change nothing."""


def every(service: str, name: str, row: Row, stage: Stage) -> Iterator[Variant]:
    """The variants of an operation: those of its model, and what its row knows to be missing."""
    given = stage.filled(dict(row.given))
    yield from of(MODELS[service].operation_model(name), given)
    if isinstance(row.missing, Refused):
        yield Variant("missing", "", {**given, **stage.filled(row.missing.changed)})


def ways(service: str, name: str, variant: Variant) -> list[tuple[str, str]]:
    """By whom a variant is sent, and by which method."""
    shape = MODELS[service].operation_model(name).input_shape
    if variant.what == "malformed" or not sentence(service, shape, dict(variant.given)):
        return [(BY.get(variant.what, "administrator"), "POST")]
    methods = ("POST", "GET") if SERVICES[service].protocol == "query" else ("POST",)
    return [(by, method) for by in ("administrator", "powerless") for method in methods]


def try_it(stage: Stage, service: str, name: str, row: Row, variant: Variant, by: tuple[str, str]) -> str:
    """Sends a variant; returns what is wrong with the answer."""
    answer = stage.send(service, name, variant.given, *by)
    if not answer.code and not name.startswith(READING):
        stage.put_back()
    if variant.what == "minimal" and answer.code == row.answer:
        return ""
    model = MODELS[service].operation_model(name)
    wrong = judge(model, variant, answer) or _of_row(row, variant, answer.code)
    return f"{service}:{name} {variant.what} {variant.member} by {', '.join(by)}: {wrong}" if wrong else ""


def _of_row(row: Row, variant: Variant, code: str) -> str:
    expected: Any = row.missing
    if variant.what == "missing" and code != expected.code:
        return f"{code or 'done'} instead of {expected.code}"
    return ""
