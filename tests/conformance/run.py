"""Runs variants, and counts them.

An input that violates the model is sent by an administrator and by a user who may do nothing, in a body and
in a query: the sentence is the same, since the model comes before the decision.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.judge import judge
from tests.conformance.rules import sentence
from tests.conformance.stage import MODELS, Stage
from tests.conformance.variants import Variant, of
from tests.services.rows import Refused, Row

BY = {"powerless": "powerless", "other account": "other"}

ALONE = "OrganizationNotFoundException"
"""What rows that need an organization answer here: no account of the stage is in one."""


@dataclass
class Tally:
    """What came of the variants of one operation."""

    sent: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def every(service: str, name: str, row: Row, stage: Stage) -> Iterator[Variant]:
    """The variants of an operation: those of its model, and what its row knows to be missing."""
    given = stage.filled(dict(row.given))
    yield from of(MODELS[service].operation_model(name), given)
    if isinstance(row.missing, Refused):
        yield Variant("missing", "", {**given, **stage.filled(row.missing.changed)})


def try_it(stage: Stage, service: str, name: str, row: Row, variant: Variant, tally: Tally) -> None:
    """Sends a variant in all its ways."""
    model = MODELS[service].operation_model(name)
    forbidden = variant.what != "malformed" and bool(
        sentence(model.service_model.service_name, model.input_shape, dict(variant.given))
    )
    for by in ("administrator", "powerless") if forbidden else (BY.get(variant.what, "administrator"),):
        for method in ("POST", "GET") if forbidden else ("POST",):
            answer = stage.send(service, name, variant.given, by, method)
            tally.sent[variant.what] += 1
            wrong = judge(model, variant, answer) or _of_row(row, variant, answer.code)
            if wrong and not (
                variant.what == "minimal" and row.answer and answer.code in {row.answer, ALONE}
            ):
                tally.wrong.append(
                    f"{service}:{name} {variant.what} {variant.member} by {by}, {method}: {wrong}"
                )
            if not answer.code and not name.startswith(("Get", "List", "Simulate")):
                with stage.as_before():
                    pass


def _of_row(row: Row, variant: Variant, code: str) -> str:
    expected: Any = row.missing
    if variant.what == "missing" and code != expected.code:
        return f"{code or 'done'} instead of {expected.code}"
    return ""
