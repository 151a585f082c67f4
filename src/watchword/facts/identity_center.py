"""Instances of Identity Center, by their id and by that of their directory."""

from collections.abc import Mapping
from dataclasses import dataclass

from watchword.facts.fact import OF_A_TAG, Fact, Reading
from watchword.store import Topic, tags
from watchword.store.identity_center import instances, permission_sets
from watchword.store.identity_center.instances import KIND, Instance


@dataclass(frozen=True, slots=True)
class InstanceFact:
    """An instance and its tags."""

    instance: Instance
    tags: Mapping[str, str]


def _instance(reading: Reading, instance_id: str) -> InstanceFact | None:
    return _with_tags(reading, instances.by_id(reading.tx, instance_id))


def _of_directory(reading: Reading, directory: str) -> InstanceFact | None:
    return _with_tags(reading, instances.of_directory(reading.tx, directory))


def _with_tags(reading: Reading, found: Instance | None) -> InstanceFact | None:
    if found is None:
        return None
    reading.depends_on(Topic(KIND, found.id))
    own = tags.of(reading.tx, KIND, found.id)
    reading.weigh(OF_A_TAG * len(own))
    return InstanceFact(found, own)


def _tags_of_set(reading: Reading, instance_id: str, set_id: str) -> Mapping[str, str] | None:
    if permission_sets.by_id(reading.tx, instance_id, set_id) is None:
        return None
    reading.depends_on(Topic(permission_sets.KIND, set_id))
    own = tags.of(reading.tx, permission_sets.KIND, set_id)
    reading.weigh(OF_A_TAG * len(own))
    return own


INSTANCE = Fact(KIND, _instance)
"""By its id."""
DIRECTORY = Fact("directory", _of_directory)
"""The instance, by the id of its directory."""
PERMISSION_SET_TAGS = Fact(permission_sets.KIND, _tags_of_set)
"""By the ids of the instance and of the set; None where there is no such set."""
