"""How requests name clusters and their associations, and what is attached to these: for `eks` and `eks-auth`.

    arn:aws:eks:REGION:ACCOUNT:cluster/NAME
    arn:aws:eks:REGION:ACCOUNT:podidentityassociation/NAME/ID

A call can only name those of its caller's account and Region. What isn't there is decided on as it was named.
Source: Service Authorization Reference, "Amazon Elastic Kubernetes Service", "Amazon EKS Auth".
"""

from functools import partial

from watchword.access import Demand
from watchword.facts import Facts
from watchword.facts.clusters import ASSOCIATION, CLUSTER, AssociationFact, ClusterFact
from watchword.names import Arn, AwsError, nouns
from watchword.services.operation import Call
from watchword.services.resources import NONE, Attached, Keys
from watchword.store.eks.associations import arn_of as association_arn
from watchword.store.eks.clusters import arn_of

SERVICE = "eks"
POD_PRINCIPAL = "pods.eks.amazonaws.com"
"""The service that roles of pods trust; and the audience of the tokens of pods."""


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """For the ARN of a cluster or an association, whether it is there or not."""
    kind, _, name = arn.resource.partition("/")
    if arn.service != SERVICE or not name:
        return None
    found: ClusterFact | AssociationFact | None
    if kind == nouns.CLUSTER:
        found = facts.get(CLUSTER, arn.account, arn.region, name)
    elif kind == nouns.POD_IDENTITY_ASSOCIATION:
        cluster, _, association_id = name.partition("/")
        found = facts.get(ASSOCIATION, arn.account, arn.region, cluster, association_id)
    else:
        return None
    here = found is not None and found.cluster.partition == arn.partition
    return Attached(arn.account, tags=found.tags if found and here else NONE, region=arn.region)


def on_cluster(call: Call, prefix: str, keys: Keys = NONE) -> Demand:
    """The operation's action on the cluster that it names; prefix: that of the service's actions."""
    return _demand(call, prefix, cluster_arn(call), look_up_cluster(call), keys)


def on_association(call: Call) -> Demand:
    """The operation's action on the association that it names."""
    arn = association_arn(cluster_arn(call), call.input["associationId"])
    return _demand(call, SERVICE, arn, look_up_association(call))


def look_up_cluster(call: Call) -> ClusterFact | None:
    """What all of a call works with; None where there is nothing."""
    name = _name(call)
    look = partial(call.world.facts.get, CLUSTER, call.account, call.context.region, name)
    return _here(call, call.resolve(nouns.CLUSTER, name, look))


def look_up_association(call: Call) -> AssociationFact | None:
    """The same for the association."""
    name, association_id = _name(call), call.input["associationId"]
    look = partial(call.world.facts.get, ASSOCIATION, call.account, call.context.region, name, association_id)
    found: AssociationFact | None = call.resolve(nouns.POD_IDENTITY_ASSOCIATION, association_id, look)
    return found if found and found.cluster.partition == call.partition else None


def cluster_arn(call: Call) -> str:
    """The ARN of the cluster of that name, whether it is there or not."""
    return arn_of(call.partition, call.context.region, call.account, _name(call))


def no_cluster(name: str) -> AwsError:
    return AwsError("ResourceNotFoundException", 404, f"No cluster found for name: {name}.")


def _here(call: Call, found: ClusterFact | None) -> ClusterFact | None:
    return found if found and found.cluster.partition == call.partition else None


def _name(call: Call) -> str:
    name: str = call.input.get("clusterName") or call.input["name"]
    return name


def _demand(
    call: Call, prefix: str, arn: str, found: ClusterFact | AssociationFact | None, keys: Keys = NONE
) -> Demand:
    attached = Attached(call.account, tags=found.tags if found else NONE, region=call.context.region)
    return attached.demand(f"{prefix}:{call.name}", arn, keys)
