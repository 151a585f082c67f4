"""Kubernetes clusters of an account: a name, and the issuer of the tokens of service accounts."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Column

from watchword.names import nouns
from watchword.store.regional import Regional, regional_table
from watchword.store.tables import CodepointText

KIND = nouns.CLUSTER

CLUSTERS = regional_table(
    "clusters",
    Column("issuer", CodepointText, nullable=False),
    Column("provider", CodepointText, nullable=False),
    Column("connector_role", CodepointText, nullable=False),
    own_name="name",
)


class Cluster(Struct, frozen=True):
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


_regional = Regional(KIND, CLUSTERS, Cluster, own_name="name", order="name")

insert = _regional.insert
by_id = _regional.by_id
named = _regional.named
page = _regional.page
remove = _regional.remove


def arn_of(partition: str, region: str, account: str, name: str) -> str:
    return f"arn:{partition}:eks:{region}:{account}:{KIND}/{name}"
