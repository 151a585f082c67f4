"""A gate lets few in and few wait, and turns all others away."""

import threading

import pytest

from watchword.installation.gate import Gate
from watchword.names import AwsError


def test_others_are_turned_away_at_once() -> None:
    gate, refused = Gate("hashing passwords", inside=1, waiting=0), list[str]()

    def try_to_enter() -> None:
        with pytest.raises(AwsError, match="Throttling") as error, gate:
            pass
        refused.append(error.value.meant)

    with gate:
        other = threading.Thread(target=try_to_enter, daemon=True)
        other.start()
        other.join(5)
        assert refused == ["too many at once: hashing passwords"]


def test_one_waits_until_another_leaves() -> None:
    gate, order = Gate("hashing passwords", inside=1, waiting=1), []

    def follow() -> None:
        with gate:
            order.append("second")

    with gate:
        second = threading.Thread(target=follow)
        second.start()
        order.append("first")
    second.join()
    assert order == ["first", "second"]


def test_after_a_failure_the_gate_is_free() -> None:
    gate = Gate("hashing passwords", inside=1, waiting=0)
    with pytest.raises(RuntimeError), gate:
        raise RuntimeError
    with gate:
        pass
