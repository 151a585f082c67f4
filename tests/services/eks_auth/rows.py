"""How the operation of EKS Auth is called: no row has the token of a pod."""

from tests.services.rows import Row, Step

SCENE: list[Step] = []
ROWS: dict[str, Row] = {}
OTHERS = {
    "AssumeRoleForPodIdentity": "tests/services/eks_auth/test_pods.py::test_a_pod_gets_its_role",
}
