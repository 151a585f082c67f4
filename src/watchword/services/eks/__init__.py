"""Amazon EKS: clusters that run elsewhere, and the roles of their pods."""

from watchword.services.eks import clusters, pod_identity_associations
from watchword.services.operation import Operation

OPERATIONS: dict[str, Operation] = {**clusters.OPERATIONS, **pod_identity_associations.OPERATIONS}
