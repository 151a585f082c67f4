"""Pod identity associations: which role the pods of a service account get."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Boolean, Column, ForeignKey, Table, UniqueConstraint, bindparam, select

from watchword.names import nouns
from watchword.store import tags
from watchword.store.eks import clusters
from watchword.store.eks.clusters import Cluster
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.POD_IDENTITY_ASSOCIATION

ASSOCIATIONS = Table(
    "pod_associations",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("cluster_id", CodepointText, ForeignKey("clusters.id"), nullable=False),
    Column("namespace", CodepointText, nullable=False),
    Column("service_account", CodepointText, nullable=False),
    Column("role_arn", CodepointText, nullable=False),
    Column("tagged", Boolean, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("modified", Timestamp, nullable=False),
    Column("target_role_arn", CodepointText, nullable=False, server_default=""),
    Column("policy", CodepointText, nullable=False, server_default=""),
    UniqueConstraint("cluster_id", "namespace", "service_account"),
)


class Association(Struct, frozen=True):
    """An association; `tagged` says whether the sessions of its pods have session tags."""

    id: str
    cluster_id: str
    namespace: str
    service_account: str
    role_arn: str
    created: datetime
    modified: datetime
    tagged: bool = True
    target_role_arn: str = ""
    """The role that is assumed with the session of `role_arn`, and that pods get; empty for none."""
    policy: str = ""
    """A session policy, as JSON text; empty for none."""

    def arn(self, cluster: Cluster) -> str:
        return arn_of(cluster.arn, self.id)

    def external_id(self, cluster: Cluster) -> str:
        """What the target role's trust policy can tell this association by."""
        where = (cluster.region, cluster.account, cluster.name, self.namespace, self.service_account)
        return "/".join(where)


_ALL = select(*columns(ASSOCIATIONS, Association))
_OF_CLUSTER = ASSOCIATIONS.c.cluster_id == bindparam("cluster_id")
_BY_ID = _ALL.where(ASSOCIATIONS.c.id == bindparam("id"))
_FOR = _ALL.where(
    _OF_CLUSTER,
    ASSOCIATIONS.c.namespace == bindparam("namespace"),
    ASSOCIATIONS.c.service_account == bindparam("service_account"),
)
_PAGE = _ALL.where(_OF_CLUSTER, ASSOCIATIONS.c.id > bindparam("after")).order_by(ASSOCIATIONS.c.id)


def arn_of(cluster_arn: str, association_id: str) -> str:
    """Of an association of the cluster with that ARN."""
    prefix, _, name = cluster_arn.rpartition(f"{clusters.KIND}/")
    return f"{prefix}{KIND}/{name}/{association_id}"


def insert(tx: Transaction, association: Association) -> None:
    """Raises Conflict when the service account has one."""
    tx.run(ASSOCIATIONS.insert(), structs.asdict(association))
    tx.changed(KIND, association.id)


def by_id(tx: Transaction, association_id: str) -> Association | None:
    return tx.one(Association, _BY_ID, id=association_id)


def of_service_account(tx: Transaction, cluster_id: str, namespace: str, name: str) -> Association | None:
    """The one that the pods of a service account have."""
    return tx.one(Association, _FOR, cluster_id=cluster_id, namespace=namespace, service_account=name)


def page(
    tx: Transaction, cluster_id: str, only: dict[str, str], *, after: str, limit: int
) -> tuple[list[Association], bool]:
    """Those of a cluster, sorted by id, after that id; and whether there are more.

    only: the namespace, the service account, both or neither.
    """
    query = _PAGE.where(*(ASSOCIATIONS.c[name] == value for name, value in only.items()))
    return tx.page(Association, query, limit, cluster_id=cluster_id, after=after)


def update(tx: Transaction, association: Association) -> None:
    """Replaces the one with that id."""
    tx.run(ASSOCIATIONS.update().where(ASSOCIATIONS.c.id == association.id), structs.asdict(association))
    tx.changed(KIND, association.id)


def remove(tx: Transaction, association: Association) -> None:
    """Removes it and its tags."""
    tx.run(ASSOCIATIONS.delete().where(ASSOCIATIONS.c.id == association.id))
    tags.remove_all(tx, KIND, association.id)
    tx.changed(KIND, association.id)
