"""The story that the product tells of itself holds, step by step."""

import re

import pytest
from tests.server.harness import watchword

from watchword.cli.tour import functions
from watchword.cli.tour.story import STEPS
from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter


@pytest.fixture(scope="module")
def told() -> str:
    result = watchword("tour")
    assert result.exit_code == 0, result.stdout + result.stderr
    return result.stdout


def test_every_step_of_the_tour_is_answered_as_told(told: str) -> None:
    steps = STEPS if strongest(Interpreter.own()) is None else (*STEPS, *functions.STEPS)
    assert re.findall(r"^(\d+)\. ", told, re.MULTILINE) == [str(n) for n in range(1, len(steps) + 1)]
    assert not re.findall(r"^expected", told, re.MULTILINE)
    assert told.count("string to sign") == len(steps)


def test_it_shows_why_a_request_was_refused(told: str) -> None:
    assert "refused: nothing allows it" in told
    assert "no Allow in: identity" in told


def test_it_shows_what_a_handler_signed(told: str) -> None:
    if strongest(Interpreter.own()) is None:
        assert "Without its second half: functions can't be isolated here" in told
        return
    _, step = told.split("13. A function reads the object")
    assert step.partition("14. ")[0].count("GET /reports-") == 1
