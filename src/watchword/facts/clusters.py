"""Clusters and their pod identity associations, with their tags, by the account and Region of the cluster.

What has another form than these names and ids is never looked up: a database may not even take the text.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from watchword.facts.fact import OF_A_TAG, Fact, Reading
from watchword.names import nouns
from watchword.store import Topic, tags
from watchword.store.eks import associations, clusters
from watchword.store.eks.associations import Association
from watchword.store.eks.clusters import Cluster

NAME_FORM = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
"""Of clusters."""
ID_FORM = re.compile(r"a-[a-z0-9]{17}")
"""Of associations."""


class ClusterFact(Struct, frozen=True):
    """A cluster and its tags."""

    cluster: Cluster
    tags: Mapping[str, str]


class AssociationFact(Struct, frozen=True):
    """An association, its tags, and its cluster."""

    cluster: Cluster
    association: Association
    tags: Mapping[str, str]


def _cluster(reading: Reading, account: str, region: str, name: str) -> ClusterFact | None:
    found = clusters.named(reading.tx, account, region, name) if NAME_FORM.fullmatch(name) else None
    if found is None:
        return None
    reading.depends_on(Topic(clusters.KIND, found.id))
    return ClusterFact(found, _tags(reading, clusters.KIND, found.id))


def _association(
    reading: Reading, account: str, region: str, name: str, association_id: str
) -> AssociationFact | None:
    cluster = reading.get(CLUSTER, account, region, name)
    if cluster is None or not ID_FORM.fullmatch(association_id):
        return None
    found = associations.by_id(reading.tx, association_id)
    if found is None or found.cluster_id != cluster.cluster.id:
        return None
    reading.depends_on(Topic(associations.KIND, found.id))
    return AssociationFact(cluster.cluster, found, _tags(reading, associations.KIND, found.id))


def _role_of_pod(
    reading: Reading, account: str, region: str, name: str, namespace: str, service_account: str
) -> Association | None:
    cluster = reading.get(CLUSTER, account, region, name)
    if cluster is None:
        return None
    found = associations.of_service_account(reading.tx, cluster.cluster.id, namespace, service_account)
    reading.depends_on(*([Topic(associations.KIND, found.id)] if found else []))
    return found


def _tags(reading: Reading, kind: str, owner_id: str) -> Mapping[str, str]:
    own = tags.of(reading.tx, kind, owner_id)
    reading.weigh(sum(OF_A_TAG + len(key) + len(value) for key, value in own.items()))
    return own


CLUSTER = Fact(nouns.CLUSTER, _cluster)
ASSOCIATION = Fact(nouns.POD_IDENTITY_ASSOCIATION, _association)
"""By its id, in the cluster of that name."""
ROLE_OF_POD = Fact("role-of-pod", _role_of_pod)
"""The association of a service account, by its namespace and name, in the cluster of that name."""
