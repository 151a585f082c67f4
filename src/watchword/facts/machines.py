"""State machines by account, Region and name."""

from collections.abc import Mapping

from msgspec import Struct

from watchword.facts.fact import Fact, Reading
from watchword.store import Topic, tags
from watchword.store.machines import state_machines
from watchword.store.machines.state_machines import KIND


class MachineFact(Struct, frozen=True):
    """A state machine, as far as decisions need it."""

    id: str
    partition: str
    tags: Mapping[str, str]


def _state_machine(reading: Reading, account: str, region: str, name: str) -> MachineFact | None:
    found = state_machines.named(reading.tx, account, region, name)
    if found is None:
        return None
    reading.depends_on(Topic(KIND, found.id))
    return MachineFact(found.id, found.partition, tags.of(reading.tx, KIND, found.id))


STATE_MACHINE = Fact(KIND, _state_machine)
