"""Decisions written down from AWS's documentation, language-neutral: tests/vectors/policy/<topic>.json.

A vector has a name, `given` policies, `when` a request, `then` the decision `because` of a rule; given and
when are those of a `watchword decide` line. Both evaluators must agree with every one.
"""

import json
import re
from pathlib import Path
from typing import Any

import naive
import pytest

from watchword.policy.lines.decide import decide_line

DIRECTORY = Path(__file__).parents[1] / "vectors" / "policy"
VECTORS = [
    pytest.param(vector, id=f"{file.stem}: {vector['name']}")
    for file in sorted(DIRECTORY.glob("*.json"))
    for vector in json.loads(file.read_text())
]
COUNT = 783
"""Changed with the vectors, so that none can vanish unseen."""
LESSONS = {"N1", "N15", "N18", "N20", "N22", "N23", "N24", "N25", "N28", "N37", "N38"}
"""Defects that comparable systems really had: those that vectors name."""


def line(vector: dict[str, Any]) -> dict[str, Any]:
    request = dict(vector["when"])
    org = request.pop("org", None)
    return {"id": vector["name"], "request": request, "org": org, "policies": vector["given"]}


@pytest.mark.parametrize("vector", VECTORS)
def test_decision(vector: dict[str, Any]) -> None:
    assert decide_line(line(vector)).get("decision") == vector["then"], vector["because"]


@pytest.mark.parametrize("vector", VECTORS)
def test_naive_decision(vector: dict[str, Any]) -> None:
    assert naive.decide(line(vector)) == vector["then"], vector["because"]


def test_vectors_do_not_vanish() -> None:
    names = " ".join(str(each.id) for each in VECTORS)
    assert len(VECTORS) == COUNT
    assert set(re.findall(r"\((N\d+)\)", names)) == LESSONS
