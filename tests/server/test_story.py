"""The story that the product tells of itself holds, step by step."""

import re

from tests.server.harness import watchword

from watchword.cli.tour.story import STEPS


def test_every_step_of_the_tour_is_answered_as_told() -> None:
    result = watchword("tour")
    assert result.exit_code == 0, result.stderr
    assert re.findall(r"^(\d+)\. ", result.stdout, re.MULTILINE) == [str(n) for n in range(1, len(STEPS) + 1)]
    assert not re.findall(r"^expected", result.stdout, re.MULTILINE)
    assert len(STEPS) == 12  # a dozen, says README


def test_the_tour_shows_what_was_signed_and_why_it_was_refused() -> None:
    told = watchword("tour").stdout
    assert told.count("string to sign") == len(STEPS)
    assert "refused: nothing allows it" in told
    assert "no Allow in: identity" in told
