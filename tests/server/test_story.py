"""The story that the product tells of itself holds, step by step."""

import re

import pytest
from tests.server.harness import watchword

from watchword.cli.tour import functions
from watchword.cli.tour.no_passwords import story
from watchword.cli.tour.story import STEPS, Step
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


# --- without passwords ---------------------------------------------------------------------------------


def test_workloads_get_credentials_without_a_password() -> None:
    result = watchword("tour", "--no-passwords")
    assert result.exit_code == 0, result.stdout + result.stderr
    numbers = re.findall(r"^(\d+)\. ", result.stdout, re.MULTILINE)
    assert numbers == [str(n) for n in range(1, len(story.STEPS) + len(story.REVOCATION) + 1)]
    assert not re.findall(r"^expected", result.stdout, re.MULTILINE)
    assert "no long-term credential but the sealed store" in result.stdout
    before, _, found = result.stdout.partition("What lies on the disks")
    assert len(re.findall(r"^\d+\. ", before, re.MULTILINE)) == len(story.STEPS), "while all of them work"
    files = re.findall(r"^  (\S+): (?:private key|token|opaque token), ", found, re.MULTILINE)
    assert files[0] == "server/root.key"
    assert sorted(files[1:]) == [
        "container/token",
        "machine/key.pem",
        "node-1/host/key.pem",
        "pipeline/token",
        "pod/token",
    ]
    searched = re.search(r"the environments of (\d+) processes", found)
    assert searched
    assert int(searched[1]) >= len(story.WHO) + 1


def test_the_tour_finds_what_is_planted(monkeypatch: pytest.MonkeyPatch) -> None:
    def plant(played: story.Story) -> None:
        (played.homes / "pipeline" / ".cache").write_text("AKIAIOSFODNN7EXAMPLE")
        played.read("pipeline")

    monkeypatch.setattr(story, "STEPS", (Step("Somebody leaves a key", plant, shown="s3"),))
    monkeypatch.setattr(story, "REVOCATION", ())
    result = watchword("tour", "--no-passwords")
    assert (result.exit_code, "no long-term credential" in result.stdout) == (1, False)
    assert "pipeline/.cache: access key id, long-term" in result.stdout
    assert result.stderr.splitlines()[-1] == "watchword: not as expected: a long-term credential was found"
