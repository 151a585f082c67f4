"""The process that evaluates expressions: whatever it is asked, it answers or ends, and the next one answers.

Each case takes what the library doesn't count. Without the kernel's limits it would never end, or the memory.
"""

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from watchword.expressions import child, process
from watchword.expressions.process import COMMAND, Expressions
from watchword.machines.errors import Failure
from watchword.machines.jsonata import MEMORY, TIMEOUT, Asked

A = "a" * 60
HOSTILE = Path(__file__).parents[1] / "vectors" / "states-language" / "jsonata_hostile.json"


@pytest.fixture
def expressions() -> Iterator[Expressions]:
    found = Expressions()
    yield found
    found.close()


def asked(*texts: str, seconds: float = 0.2, until_true: bool = False, **variables: Any) -> Asked:
    given = {name: json.dumps(value) for name, value in variables.items()}
    return Asked(texts, given, 0, b"seed", seconds, until_true)


def values(expressions: Expressions, *texts: str, **more: Any) -> list[Any]:
    found = expressions.evaluate(asked(*texts, **more)).found
    assert [each.problem for each in found if each.problem] == []
    return [json.loads(each.text) for each in found]


def number_of(expressions: Expressions) -> int:
    assert expressions._process is not None
    return expressions._process.pid


def test_many_at_once_see_the_same(expressions: Expressions) -> None:
    given = {"states": {"input": {"a": [1, 2]}}, "x": 3}
    assert values(expressions, "$states.input.a", "$x", "$sum($states.input.a) + $x", **given) == [
        [1, 2],
        3,
        6,
    ]


def test_the_first_problem_ends_it(expressions: Expressions) -> None:
    found = expressions.evaluate(asked("1", "$x", "2")).found
    assert [each.problem for each in found] == ["", "returned nothing (undefined)."]


def test_the_first_that_is_true_ends_it_where_that_is_wanted(expressions: Expressions) -> None:
    found = expressions.evaluate(asked("false", "'true'", "true", "$x", until_true=True)).found
    assert [each.text for each in found] == ["false", '"true"', "true"]


@pytest.mark.parametrize("vector", json.loads(HOSTILE.read_text()), ids=lambda vector: vector["name"])
def test_what_is_counted_ends_at_its_count(expressions: Expressions, vector: Any) -> None:
    """The library says so, before the kernel has to end the process."""
    (found,) = expressions.evaluate(asked(vector["expression"], seconds=30)).found
    assert vector["problem"] in found.problem
    assert values(expressions, "1") == [1]


def test_results_are_not_large_together(expressions: Expressions) -> None:
    large = "[1..9].$pad('', 100000, 'x')"
    found = expressions.evaluate(asked(large, large, large, "1", seconds=30)).found
    assert [MEMORY in each.problem for each in found] == [False, False, True]


@pytest.mark.parametrize(
    "text",
    [
        f"$match('{A}b', /^(a+)+$/)",
        f"$contains('{A}b', /^(?=(a+)+$)a/)",
        "$distinct([1..100000])",
    ],
)
def test_what_takes_too_long_is_ended(expressions: Expressions, text: str) -> None:
    with pytest.raises(Failure, match=TIMEOUT):
        expressions.evaluate(asked(text))
    assert values(expressions, "1") == [1]


@pytest.mark.parametrize(
    "text",
    [
        "$sum([1..90000].([1..90000]))",
        "$replace($pad('a', 90000, 'a'), 'a', $pad('b', 90000, 'b'))",
    ],
)
def test_what_takes_too_much_memory_is_ended(expressions: Expressions, text: str) -> None:
    with pytest.raises(Failure, match=MEMORY):
        expressions.evaluate(asked(text, seconds=60))
    assert values(expressions, "1") == [1]


def test_reading_an_expression_ends_too(expressions: Expressions) -> None:
    deep = expressions.compile(
        ["(" * 60_000, "1" + "+1" * 30_000, "{" * 10_000, "x" * 70_000, "/(a{9999}){9999}/"]
    )
    assert [bool(each.problem) for each in deep[:4]] == [True] * 4


def test_the_seconds_are_those_of_a_question_not_of_the_process(expressions: Expressions) -> None:
    for _ in range(10):
        expressions.evaluate(asked("($f := function($n) {$n = 0 ? 0 : $f($n - 1)}; $f(30000))"))
    assert number_of(expressions)


def test_what_was_asked_before_is_no_reason_to_fail(expressions: Expressions) -> None:
    values(expressions, "1")
    os.kill(number_of(expressions), signal.SIGKILL)
    assert values(expressions, "2") == [2]


def test_a_process_that_has_grown_is_replaced(expressions: Expressions) -> None:
    large = ["x" * 100] * 30_000
    for _ in range(3):
        assert values(expressions, "$count($large)", large=large, seconds=60) == [30_000]
    before = number_of(expressions)
    expressions.evaluate(asked("$count($large)", large=large * 10, seconds=60))
    assert values(expressions, "1") == [1]
    assert number_of(expressions) != before


def test_one_that_gets_no_processor_is_ended(
    expressions: Expressions, monkeypatch: pytest.MonkeyPatch
) -> None:
    values(expressions, "1")
    os.kill(number_of(expressions), signal.SIGSTOP)
    monkeypatch.setattr(process, "PATIENCE", 0.05)
    with pytest.raises(Failure, match=TIMEOUT):
        expressions.evaluate(asked("2"))
    monkeypatch.undo()
    assert values(expressions, "3") == [3]


def test_any_number_of_threads_may_ask(expressions: Expressions) -> None:
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda n=number: answers.append(values(expressions, f"{n} + 1", seconds=60)))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [[number + 1] for number in range(20)]


def test_it_ends_with_the_server(expressions: Expressions) -> None:
    values(expressions, "1")
    number = number_of(expressions)
    assert expressions._process is not None
    assert expressions._process.stdin is not None
    expressions._process.stdin.close()
    assert os.waitpid(number, 0)[1] == 0
    expressions._process.returncode = 0


def test_it_has_nothing_and_can_open_nothing(expressions: Expressions) -> None:
    values(expressions, "1")
    place = Path(f"/proc/{number_of(expressions)}")
    assert (place / "environ").read_bytes() == b""
    assert (place / "cwd").readlink() == Path("/")
    open_files = [each.readlink().name.split(":")[0] for each in (place / "fd").iterdir()]
    assert sorted(open_files) == ["null", "pipe", "pipe"]
    limits = dict(re.findall(r"Max (.+?)  +(\d+)", (place / "limits").read_text()))
    assert limits["address space"] == str(child.MOST_MEMORY)
    assert {limits[name] for name in ("open files", "processes", "file size", "core file size")} == {"0"}
    user = re.search(r"Uid:\t(\d+)\t(\d+)\t(\d+)", (place / "status").read_text())
    assert user is not None
    assert set(user.groups()) == {str(os.geteuid() or child.NOBODY)}


def test_a_message_that_is_cut_off_is_the_end() -> None:
    done = subprocess.run(COMMAND, input=b"\0\0\1\0abc", capture_output=True, check=True)
    assert done.stdout == b""
