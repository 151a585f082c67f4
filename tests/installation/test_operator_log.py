"""What an operator reads of an error: a line of JSON, and nothing that a request carried."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from watchword.installation import operator_log

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
