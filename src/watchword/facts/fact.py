"""A kind of fact: its name, and how one is read.

A fact is read in one transaction, together with the topics it depends on: a change of any of them makes it
untrue. `read` of a fact says `reading.depends_on(...)` for each; what it takes from another fact brings that
fact's topics along. A new kind of fact is one function and one line:

    ROLE = Fact("role", _role)          facts.get(ROLE, account, name)

It also says roughly how many bytes it holds (`reading.policy`, `reading.weigh`), for the cache is bounded in
bytes. The figures below were measured (tests/facts/test_weights.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from msgspec import Struct

from watchword.installation.installation import RootKey
from watchword.policy import Policy
from watchword.store import Topic, Transaction

OF_A_VALUE = 2048
"""Bytes of any cached value."""
OF_A_POLICY, OF_A_CHARACTER = 4096, 25
"""Bytes of a compiled policy: in any case, and for each character of its text."""
OF_A_TAG = 200
"""Bytes of a tag beside its characters."""
OF_AN_INDEX = 8192
"""Bytes by which a principal's index grows for a policy that it shares with others."""

Value = TypeVar("Value", covariant=True)
Key = ParamSpec("Key")


class Fact(Struct, Generic[Key, Value], frozen=True, eq=False):
    """`read` gives None where there is no such thing; that is not kept."""

    name: str
    read: "Callable[Concatenate[Reading, Key], Value | None]"


def weight_of(*policies: str) -> int:
    """Bytes that these policies take, once they are compiled."""
    return sum(OF_A_POLICY + OF_A_CHARACTER * len(text) for text in policies)


class Loaded(Struct, Generic[Value], frozen=True):
    """A fact as it was read: None where there is no such thing; and what it depends on."""

    value: Value | None
    topics: frozenset[Topic]


@dataclass(slots=True)
class Reading:
    """One fact being read, in an open transaction."""

    tx: Transaction
    root_key: RootKey
    other: Callable[[Fact[Any, Any], tuple[str, ...]], Loaded[Any]]
    """Reads another fact in the same transaction, or takes it from the cache."""
    topics: set[Topic] = field(default_factory=set)
    weight: int = OF_A_VALUE

    def depends_on(self, *topics: Topic) -> None:
        self.topics.update(topics)

    def weigh(self, size: int) -> None:
        """What is read takes so many bytes more."""
        self.weight += size

    def policy(self, text: str) -> Policy:
        """A policy that is part of this fact."""
        self.weigh(weight_of(text))
        return Policy.parse(text)

    def get(self, fact: Fact[Key, Value], *key: Key.args, **_: Key.kwargs) -> Value | None:
        """Another fact, on which this one then depends."""
        loaded: Loaded[Value] = self.other(fact, key)  # type: ignore[arg-type]  # keys are strings
        self.topics.update(loaded.topics)
        return loaded.value


def read_alone(
    tx: Transaction, root_key: RootKey, fact: Fact[Any, Value], key: tuple[str, ...]
) -> Loaded[Value]:
    """The fact, read without any cache."""
    reading = Reading(tx, root_key, lambda other, its: read_alone(tx, root_key, other, its))
    return Loaded(fact.read(reading, *key), frozenset(reading.topics))
