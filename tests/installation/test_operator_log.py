"""What an operator reads of an error: a line of JSON, and nothing that a request carried."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from watchword.installation import operator_log
from watchword.installation.log_repeats import Repeats

log = logging.getLogger("any")


@pytest.fixture
def handler() -> Iterator[logging.StreamHandler[Any]]:
    """What writes the operator's log; to a text, for once."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers = []
    operator_log.configure()
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(StringIO())
    yield handler
    root.handlers, root.level = handlers, level


def lines(handler: logging.StreamHandler[Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in handler.stream.getvalue().splitlines()]


def test_an_error_is_a_line_that_says_where_and_not_what(handler: logging.StreamHandler[Any]) -> None:
    def fail() -> None:
        raise KeyError("a secret")

    try:
        fail()
    except KeyError:
        log.exception("request failed", extra={"request_id": "r1"})
    [said] = lines(handler)
    assert (said["event"], said["level"], said["request_id"]) == ("request failed", "error", "r1")
    assert (said["exception"], said["at"][-1].endswith(" fail")) == ("KeyError", True)
    assert said["timestamp"].endswith("Z")
    assert "secret" not in json.dumps(said)


def test_what_others_log_is_cut_to_its_first_line(handler: logging.StreamHandler[Any]) -> None:
    log.error("Exception in callback\nhandle: <Handle a secret>")
    assert [said["event"] for said in lines(handler)] == ["Exception in callback"]


def test_what_is_no_error_is_not_logged(handler: logging.StreamHandler[Any]) -> None:
    log.info("a secret")
    assert lines(handler) == []


def test_a_line_that_cannot_be_written_is_lost(handler: logging.StreamHandler[Any]) -> None:
    class Full(StringIO):
        def write(self, _: str) -> int:
            raise OSError("no space left on device")

    stream = handler.setStream(Full())
    log.error("lost")
    handler.setStream(stream)
    log.error("kept")
    assert [said["event"] for said in lines(handler)] == ["kept"]


def test_a_line_of_json_stays_printable(handler: logging.StreamHandler[Any]) -> None:
    log.error("a\x7f\x9b\u202e")
    assert handler.stream.getvalue()[:-1].isprintable()
    assert lines(handler)[0]["event"] == "a\x7f\x9b\u202e"


# --- what repeats --------------------------------------------------------------------------------------


@pytest.fixture
def clock(handler: logging.StreamHandler[Any]) -> list[float]:
    """Its time, which a test moves."""
    now = [0.0]
    handler._repeats = Repeats(lambda: now[0])  # type: ignore[attr-defined]
    return now


def fail(number: int) -> None:
    try:
        raise KeyError(number) if number % 2 else ValueError(number)
    except LookupError:
        log.exception("request failed", extra={"request_id": f"r{number}"})
    except ValueError:
        log.exception("request failed", extra={"request_id": f"r{number}"})


def test_what_repeats_is_one_line_a_minute_and_a_count(
    clock: list[float], handler: logging.StreamHandler[Any]
) -> None:
    for number in range(1, 2000, 2):
        fail(number)
    assert [said["request_id"] for said in lines(handler)] == ["r1"]
    clock[0] = 59
    fail(3001)
    clock[0] = 60
    fail(3003)
    said = lines(handler)[1:]
    assert [(each["request_id"], each.get("left_out")) for each in said] == [("r3001", 1000), ("r3003", None)]
    assert all(each["event"] == "request failed" for each in said)


def test_other_places_and_other_words_are_other_kinds(
    clock: list[float], handler: logging.StreamHandler[Any]
) -> None:
    for _ in range(3):
        fail(1)
        fail(2)
        log.warning("crowded", extra={"evicted": 5})
        logging.getLogger("another").warning("crowded")
    assert len(lines(handler)) == 4


def test_counts_are_told_by_the_next_line_whatever_it_is(
    clock: list[float], handler: logging.StreamHandler[Any]
) -> None:
    log.warning("crowded", extra={"evicted": 1})
    log.warning("crowded", extra={"evicted": 2})
    clock[0] = 61
    log.warning("something else")
    assert [(said["event"], said.get("left_out"), said.get("evicted")) for said in lines(handler)] == [
        ("crowded", None, 1),
        ("crowded", 1, 2),
        ("something else", None, None),
    ]


def test_at_the_end_all_counts_are_told(clock: list[float], handler: logging.StreamHandler[Any]) -> None:
    for _ in range(3):
        log.warning("crowded")
    handler.close()
    assert [said.get("left_out") for said in lines(handler)] == [None, 2]


def test_there_are_only_so_many_kinds(clock: list[float], handler: logging.StreamHandler[Any]) -> None:
    for number in range(5000):
        log.warning("kind " + str(number))  # noqa: G003 as a careless library might
    assert 1000 <= len(lines(handler)) <= 1001
    clock[0] = 60
    log.warning("kind 0")
    assert lines(handler)[-2]["left_out"] == 3999
