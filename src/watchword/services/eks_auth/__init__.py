"""Amazon EKS Auth: credentials for pods."""

from watchword.services.eks_auth import pods
from watchword.services.operation import Operation

OPERATIONS: dict[str, Operation] = {**pods.OPERATIONS}
