"""How each operation of EKS is called: what a row is stands in tests/services/rows.py."""

from tests.services.rows import Refused, Row, Step

NO_CLUSTER, NO_CLUSTER_FOR_IT = (
    Refused("ResourceNotFoundException", **{member: "missing"}) for member in ("name", "clusterName")
)
NONE = "a-aaaaaaaaaaaaaaaaa"
NO_ASSOCIATION = Refused("ResourceNotFoundException", associationId=NONE)
ROLE = {"roleArn": "arn:aws:iam::123456789012:role/pods"}
IN = {"clusterName": "prod"}


def cluster(name: str) -> dict[str, object]:
    connector = {"roleArn": "arn:aws:iam::123456789012:role/connector", "provider": "OTHER"}
    issuer = {"watchword:issuer": "https://pods.example.com"}
    return {"name": name, "connectorConfig": connector, "tags": issuer}


def pods(service_account: str) -> dict[str, object]:
    return {**IN, "namespace": "shop", "serviceAccount": service_account, **ROLE}


def association(reference: str) -> dict[str, object]:
    return {**IN, "associationId": f"<{reference}>"}


SCENE = [
    *(Step("RegisterCluster", cluster(name)) for name in ("prod", "spare_cluster")),
    *(
        Step("CreatePodIdentityAssociation", pods(name), **{f"{name}_pods": "association.associationId"})
        for name in ("cart", "spare", "web")
    ),
]
ROWS = {
    "RegisterCluster": Row(cluster("new")),
    "DeregisterCluster": Row({"name": "spare_cluster"}, missing=NO_CLUSTER),
    "DescribeCluster": Row({"name": "prod"}, missing=NO_CLUSTER),
    "ListClusters": Row(pages=1),
    "CreatePodIdentityAssociation": Row(pods("new"), missing=NO_CLUSTER_FOR_IT),
    "DescribePodIdentityAssociation": Row(association("cart_pods"), missing=NO_ASSOCIATION),
    "UpdatePodIdentityAssociation": Row(association("cart_pods") | ROLE, missing=NO_ASSOCIATION),
    "DeletePodIdentityAssociation": Row(association("spare_pods"), missing=NO_ASSOCIATION),
    "ListPodIdentityAssociations": Row(IN, missing=NO_CLUSTER_FOR_IT, pages=1),
}
OTHERS: dict[str, str] = {}
