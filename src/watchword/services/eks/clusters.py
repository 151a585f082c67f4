"""Clusters: a name, and the issuer whose tokens the cluster's pods have.

A cluster runs elsewhere, so it is registered. The tag ISSUER says the URL of its issuer, since the operation
has no other place for it. Registering a cluster doesn't make the account trust that issuer: its tokens
count only while the issuer is an OpenID Connect provider of the account (`services.eks_auth.pods`).

Nothing connects to the cluster. The role of the connector is kept and shown, and never assumed.
Source: Amazon EKS API Reference, RegisterCluster, DeregisterCluster, DescribeCluster, ListClusters.
"""

from uuid import UUID

from watchword.access import Demand
from watchword.identity import issuers
from watchword.names import AwsError, nouns
from watchword.services.clusters import SERVICE, look_up_cluster, no_cluster
from watchword.services.clusters import on_cluster as demand_on_cluster
from watchword.services.eks import pages
from watchword.services.eks import tags as given_tags
from watchword.services.eks.errors import in_use, invalid
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import Conflict, tags
from watchword.store.eks import associations, clusters
from watchword.store.eks.clusters import Cluster

ISSUER = "watchword:issuer"
KIND = nouns.CLUSTER


def register_cluster(call: Call) -> Output:
    """RegisterCluster."""
    given, own = call.input, given_tags.given(call, KIND)
    connector = given["connectorConfig"]
    cluster = Cluster(
        str(UUID(bytes=call.world.randomness(16), version=4)),
        call.account,
        call.context.region,
        given["name"],
        _issuer(call, own),
        connector["provider"],
        connector["roleArn"],
        call.now,
        call.partition,
    )
    try:
        clusters.insert(call.tx, cluster)
    except Conflict:
        raise in_use(f"Cluster already exists with name: {cluster.name}") from None
    tags.put(call.tx, KIND, cluster.id, own)
    return _shown(call, cluster)


def deregister_cluster(call: Call) -> Output:
    """DeregisterCluster. Its associations go with it."""
    cluster = current(call)
    shown = _shown(call, cluster, "DELETING")
    more = True
    while more:
        found, more = associations.page(call.tx, cluster.id, {}, after="", limit=pages.LARGEST)
        for each in found:
            associations.remove(call.tx, each)
    clusters.remove(call.tx, cluster)
    return shown


def describe_cluster(call: Call) -> Output:
    """DescribeCluster."""
    return _shown(call, current(call))


def list_clusters(call: Call) -> Output:
    """ListClusters. All are registered ones, so `include` leaves none out."""
    found, more = clusters.page(
        call.tx, call.account, call.context.region, after=pages.start_of(call), limit=pages.size_of(call)
    )
    names = [each.name for each in found]
    return {"clusters": names, **pages.end(names[-1] if names else "", more=more)}


def current(call: Call) -> Cluster:
    """The cluster that was decided on, as it is now. Raises ResourceNotFoundException."""
    found = look_up_cluster(call)
    cluster = clusters.by_id(call.tx, found.cluster.id) if found else None
    if cluster is None:
        raise no_cluster(call.input.get("clusterName") or call.input["name"])
    return cluster


def on_cluster(call: Call) -> tuple[Demand, ...]:
    """The operation's action on the cluster that it names."""
    return (demand_on_cluster(call, SERVICE),)


def on_everything(call: Call) -> tuple[Demand, ...]:
    """For operations that have no resource, with the tags of the request."""
    return (Demand(f"{SERVICE}:{call.name}", "*", call.account, given_tags.request_keys(call)),)


def _issuer(call: Call, own: dict[str, str]) -> str:
    """Raises InvalidParameterException."""
    url = own.get(ISSUER, "")
    try:
        issuers.issuer_of(url, call.world.settings.private_issuers)
    except AwsError as refused:
        said = f"The tag {ISSUER} must be the URL of the cluster's OpenID Connect issuer. {refused.said}"
        raise invalid(said) from None
    return url


def _shown(call: Call, cluster: Cluster, status: str = "ACTIVE") -> Output:
    return {
        "cluster": {
            "name": cluster.name,
            "arn": cluster.arn,
            "createdAt": cluster.created,
            "status": status,
            "identity": {"oidc": {"issuer": cluster.issuer}},
            "connectorConfig": {"provider": cluster.provider, "roleArn": cluster.connector_role},
            "tags": tags.of(call.tx, KIND, cluster.id),
        }
    }


OPERATIONS: dict[str, Operation] = {
    "RegisterCluster": writes(register_cluster, on_everything),
    "DeregisterCluster": writes(deregister_cluster, on_cluster),
    "DescribeCluster": reads(describe_cluster, on_cluster),
    "ListClusters": reads(list_clusters, on_everything),
}
