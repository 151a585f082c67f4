"""A cache never holds what a change has made untrue."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.store import EVERYTHING, Cache, Topic

ALICE, BOB = Topic("user", "AIDA1"), Topic("user", "AIDA2")


def test_what_is_put_is_got() -> None:
    cache = Cache(4)
    assert cache.get("a") is None
    cache.put("a", 1, [ALICE], cache.generation)
    assert cache.get("a") == 1


def test_a_change_drops_what_depends_on_it_and_nothing_else() -> None:
    cache = Cache(4)
    cache.put("a", 1, [ALICE], cache.generation)
    cache.put("b", 2, [BOB], cache.generation)
    cache.put("both", 3, [ALICE, BOB], cache.generation)
    cache.apply([ALICE])
    assert [cache.get(key) for key in ("a", "b", "both")] == [None, 2, None]


def test_everything_drops_everything() -> None:
    cache = Cache(4)
    cache.put("a", 1, [ALICE], cache.generation)
    cache.put("b", 2, [], cache.generation)
    cache.apply([BOB, EVERYTHING])
    assert [cache.get(key) for key in "ab"] == [None, None]


@pytest.mark.parametrize("topic", [ALICE, BOB, EVERYTHING])
def test_what_was_read_before_a_change_is_not_kept(topic: Topic) -> None:
    cache = Cache(4)
    generation = cache.generation
    cache.apply([topic])
    cache.put("a", "old", [ALICE], generation)
    assert cache.get("a") is None
    cache.put("a", "new", [ALICE], cache.generation)
    assert cache.get("a") == "new"


def test_what_was_not_used_makes_room() -> None:
    cache = Cache(2)
    cache.put("a", 1, [ALICE], 0)
    cache.put("b", 2, [ALICE], 0)
    cache.get("a")
    cache.put("c", 3, [ALICE], 0)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]


def test_a_value_put_again_depends_on_its_new_topics() -> None:
    cache = Cache(2)
    cache.put("a", 1, [ALICE], 0)
    cache.put("a", 2, [BOB], 0)
    cache.apply([ALICE])
    assert cache.get("a") == 2


KEYS = st.integers(0, 5)
TOPICS = st.sampled_from([ALICE, BOB, Topic("role", "AROA1")])
PUT = st.tuples(st.just("put"), KEYS, st.frozensets(TOPICS))
APPLY = st.tuples(st.just("apply"), st.lists(TOPICS | st.just(EVERYTHING), max_size=2))


@given(st.lists(PUT | APPLY, max_size=30))
def test_it_keeps_what_a_plain_dictionary_keeps_and_no_trace_of_the_rest(steps: list[tuple]) -> None:
    cache, model = Cache(100), {}
    for number, step in enumerate(steps):
        if step[0] == "put":
            cache.put(step[1], number, step[2], cache.generation)
            model[step[1]] = number, step[2]
        else:
            cache.apply(step[1])
            gone = set(step[1])
            model = {} if EVERYTHING in gone else {k: v for k, v in model.items() if not v[1] & gone}
    assert {key: cache.get(key) for key in range(6) if cache.get(key) is not None} == {
        key: value for key, (value, _) in model.items()
    }
    assert set(cache._keys_of) == {topic for _, topics in model.values() for topic in topics}


def test_threads_that_get_put_and_drop_do_not_meet_in_the_middle() -> None:
    cache = Cache(50)

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(4000):
            number = chance.randrange(100)
            if (found := cache.get(("key", str(number)))) is not None:
                assert found == number
            cache.put(("key", str(number)), number, [ALICE, BOB][: number % 3], cache.generation)
            if number == 7:
                cache.apply([ALICE])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    cache.apply([EVERYTHING])
    assert (cache._kept, cache._keys_of) == ({}, {})


def test_values_are_kept_as_long_as_they_weigh_no_more_together() -> None:
    cache = Cache(100)
    for key in "abc":
        cache.put(key, key, [ALICE], 0, weight=40)
    assert [cache.get(key) for key in "abc"] == [None, "b", "c"]
    cache.put("b", "heavier", [ALICE], 0, weight=60)
    assert [cache.get(key) for key in "bc"] == ["heavier", "c"]
    cache.put("too heavy", "d", [ALICE], 0, weight=101)
    assert [cache.get(key) for key in ("b", "c", "too heavy")] == ["heavier", "c", None]


def test_what_was_used_is_passed_over_once() -> None:
    cache = Cache(3)
    for key in "abc":
        cache.put(key, key, [ALICE], 0)
    cache.get("a")
    cache.put("d", "d", [ALICE], 0)
    assert "b" not in cache._kept
    cache.get("c")
    for key in "ef":  # a had its turn, and c has one now
        cache.put(key, key, [ALICE], 0)
    assert [key for key in "abcdef" if key in cache._kept] == ["c", "e", "f"]


@pytest.mark.parametrize("topic", [ALICE, EVERYTHING])
def test_what_is_dropped_weighs_nothing_any_more(topic: Topic) -> None:
    cache = Cache(100)
    cache.put("a", 1, [ALICE], cache.generation, weight=90)
    cache.apply([topic])
    for key in "bc":
        cache.put(key, 2, [BOB], cache.generation, weight=50)
    assert [cache.get(key) for key in "bc"] == [2, 2]
