"""Kubernetes clusters of an account: a name, and the issuer of the tokens of service accounts."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Table, UniqueConstraint, bindparam, select

from watchword.names import nouns
from watchword.store import tags
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.CLUSTER

CLUSTERS = Table(
    "clusters",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("name", CodepointText, nullable=False),
    Column("issuer", CodepointText, nullable=False),
    Column("provider", CodepointText, nullable=False),
    Column("connector_role", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
    UniqueConstraint("account", "region", "name"),
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster; `issuer` is the URL that its tokens have as `iss`."""

    id: str
    account: str
    region: str
    name: str
    issuer: str
    provider: str
    """What runs it, such as OTHER."""
    connector_role: str
    """An ARN that the request had to have. It is only shown."""
    created: datetime
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return arn_of(self.partition, self.region, self.account, self.name)


_ALL = select(*columns(CLUSTERS, Cluster))
_HERE = (CLUSTERS.c.account == bindparam("account"), CLUSTERS.c.region == bindparam("region"))
_BY_ID = _ALL.where(CLUSTERS.c.id == bindparam("id"))
_NAMED = _ALL.where(*_HERE, CLUSTERS.c.name == bindparam("name"))
_PAGE = _ALL.where(*_HERE, CLUSTERS.c.name > bindparam("after")).order_by(CLUSTERS.c.name)


def arn_of(partition: str, region: str, account: str, name: str) -> str:
    return f"arn:{partition}:eks:{region}:{account}:{KIND}/{name}"


def insert(tx: Transaction, cluster: Cluster) -> None:
    """Raises Conflict when the account has a cluster of that name in the Region."""
    tx.run(CLUSTERS.insert(), asdict(cluster))
    tx.changed(KIND, cluster.id, cluster.account)


def by_id(tx: Transaction, cluster_id: str) -> Cluster | None:
    return tx.one(Cluster, _BY_ID, id=cluster_id)


def named(tx: Transaction, account: str, region: str, name: str) -> Cluster | None:
    return tx.one(Cluster, _NAMED, account=account, region=region, name=name)


def page(tx: Transaction, account: str, region: str, *, after: str, limit: int) -> tuple[list[Cluster], bool]:
    """Clusters sorted by name, after that name; and whether there are more."""
    return tx.page(Cluster, _PAGE, limit, account=account, region=region, after=after)


def remove(tx: Transaction, cluster: Cluster) -> None:
    """Removes it and its tags. Raises StillReferenced while it has associations."""
    tx.run(CLUSTERS.delete().where(CLUSTERS.c.id == cluster.id))
    tags.remove_all(tx, KIND, cluster.id)
    tx.changed(KIND, cluster.id, cluster.account)
