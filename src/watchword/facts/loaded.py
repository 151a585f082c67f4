"""A fact as it was loaded: its value, and the topics whose change makes it untrue."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from watchword.store import Topic

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Value]):
    """A fact, None when there is no such thing, and the topics whose change makes it untrue."""

    value: Value | None
    topics: frozenset[Topic]


def loaded(value: Value | None, *topics: Topic) -> Loaded[Value]:
    return Loaded(value, frozenset(topics))
